"""Reading and writing tables in text files, strictly.

BIDS does not have quotes: a field ends at the next tab. Source: the BIDS specification 1.10,
section tabular files.
"""

import csv
import re
from pathlib import Path

import pandas as pd

from .corpora.plain_number import plain_number
from .errors import InputError, printable

#: The value of a field that is not available.
NOT_AVAILABLE = "n/a"
#: Maximum length of a recording in seconds: thirty years.
MAX_SECONDS = 1e9

_LINE_END = re.compile(r"\r\n|\r|\n")


def read_lines(path, remedy):
    """Read ``(number, line)`` of the lines of a UTF-8 file that are not empty, from 1."""
    path = Path(path)
    if not path.is_file():  # nor is a pipe, which would block its reader
        raise InputError(path, "does not exist or is not a file", remedy)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, f"is not a table ({error})", remedy) from error
    if "\0" in text:
        raise InputError(path, "is not a table (it holds null bytes)", remedy)
    return [(number, line) for number, line in enumerate(_LINE_END.split(text), 1) if line]


def read_table(path, remedy, *, required=(), separator="\t"):
    """Read a table of str whose first line names its columns; None for ``n/a`` and empty fields."""
    # The index is the line of the file. Between commas fields may be quoted; between tabs a
    # quotation mark is an ordinary character. A first column without a name, as pandas writes row
    # numbers, is dropped.
    lines = [(number, _fields(path, number, line, separator)) for number, line in
             read_lines(path, remedy)]  # fmt: skip
    if not lines:
        raise InputError(path, "is not a table (it is empty)", remedy)
    (first, columns), *rows = lines
    if not columns[0]:  # row numbers written by pandas
        columns, rows = columns[1:], [(number, fields[1:]) for number, fields in rows]
    if "" in columns or not columns:
        raise InputError(
            path,
            f"line {first}: a column has no name",
            "name it, or remove the extra separator",
        )
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise InputError(
            path, f"line {first}: more than one column {', '.join(twice)}", "rename one of them"
        )
    if lacking := [name for name in required if name not in columns]:
        raise InputError(path, f"has no column {', '.join(lacking)}", remedy)
    for number, fields in rows:
        if len(fields) != len(columns):
            raise InputError(
                path,
                f"line {number} has {len(fields)} fields, expected {len(columns)}",
                f"write one field per column, {NOT_AVAILABLE} if there is no value",
            )
    values = [[None if field in ("", NOT_AVAILABLE) else field for field in row] for _, row in rows]
    return pd.DataFrame(values, [number for number, _ in rows], columns, dtype=object)


def numbers(path, column, *, low=0.0, high=MAX_SECONDS):
    """Convert a column of :func:`read_table` to numbers between ``low`` and ``high``."""
    for line, field in column.items():
        number = None if field is None else plain_number(field)
        if number is None or not low <= number <= high:
            what = "not a number" if number is None else f"not from {low:g} to {high:g}"
            raise InputError(
                path,
                f"line {line}: {column.name} is {field or NOT_AVAILABLE!r}, {what}",
                f"give a number from {low:g} to {high:g}",
            )
    return column.map(plain_number).astype(float)


def table_text(table, *, float_format=None):
    """Format a table for BIDS: tabs, and "n/a" for missing values."""
    # Tabs, line ends and other control characters within a field, which BIDS does not allow, are
    # written as escapes.
    table = table.map(lambda field: printable(field) if isinstance(field, str) else field)
    table = table.replace("", NOT_AVAILABLE)
    return table.to_csv(
        sep="\t", index=False, na_rep=NOT_AVAILABLE, float_format=float_format, lineterminator="\n",
        quoting=csv.QUOTE_NONE, quotechar=None,
    )  # fmt: skip


def _fields(path, number, line, separator):
    """Split a line into its fields."""
    if separator == "\t":
        return line.split("\t")
    try:
        (fields,) = csv.reader([line], delimiter=separator, strict=True)
    except csv.Error as error:  # such as a quotation mark that is never closed
        raise InputError(
            path, f"line {number} cannot be read ({error})", "close the quotes within the line"
        ) from error
    return fields
