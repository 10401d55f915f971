"""Tables in text files, read strictly and written so that they can be.

BIDS knows no quotes: a field ends at the next tab. Source: the BIDS specification 1.10,
section tabular files.
"""

import csv
import re
from pathlib import Path

import pandas as pd

from .corpora.plain_number import plain_number
from .errors import InputError, printable

#: What stands for a field that is not told.
NOT_AVAILABLE = "n/a"
#: No recording is longer, in seconds: thirty years.
MAX_SECONDS = 1e9

_LINE_END = re.compile(r"\r\n|\r|\n")


def read_lines(path, remedy):
    """Read the lines of a text file.

    Parameters
    ----------
    path : path-like
        The file, in UTF-8.
    remedy : str
        What to give instead of a file that is none, for the message.

    Returns
    -------
    lines : list of tuple
        ``(number, line)`` of the lines that are not empty, numbers from 1.

    Raises
    ------
    InputError
        If the file does not exist or it is not text.
    """
    path = Path(path)
    if not path.is_file():  # nor is a pipe, which would keep its reader waiting
        raise InputError(path, "is not a table (there is no such file)", remedy)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, f"is not a table ({error})", remedy) from error
    if "\0" in text:
        raise InputError(path, "is not a table (it holds bytes of zero)", remedy)
    return [(number, line) for number, line in enumerate(_LINE_END.split(text), 1) if line]


def read_table(path, remedy, *, required=(), separator="\t"):
    """Read a table whose first line names its columns.

    Parameters
    ----------
    path : path-like
        The file.
    remedy : str
        What to give instead of a file that is no such table, for the message.
    required : sequence of str
        Columns that it must have.
    separator : str
        A tab or a comma. Fields that hold commas may be quoted; between tabs a quotation
        mark is a character as any other.

    Returns
    -------
    table : pandas.DataFrame of str
        The fields as they stand, None for ``n/a`` and for empty ones. The index is the
        line of the file. A first column without a name, as pandas writes row numbers, is
        left out.

    Raises
    ------
    InputError
        If the file cannot be read, names a column not at all or twice, lacks one, or has a
        line with more or fewer fields than there are columns.
    """
    lines = [(number, _fields(path, number, line, separator)) for number, line in
             read_lines(path, remedy)]  # fmt: skip
    if not lines:
        raise InputError(path, "is not a table (it is empty)", remedy)
    (first, columns), *rows = lines
    if not columns[0]:  # the row numbers that pandas writes
        columns, rows = columns[1:], [(number, fields[1:]) for number, fields in rows]
    if "" in columns or not columns:
        raise InputError(
            path,
            f"line {first}: a column has no name",
            "name it, or take out the separator too many",
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
                f"line {number} has {len(fields)} fields, the first line {len(columns)}",
                f"write one field for each column, {NOT_AVAILABLE} where there is nothing to tell",
            )
    told = [[None if field in ("", NOT_AVAILABLE) else field for field in row] for _, row in rows]
    return pd.DataFrame(told, [number for number, _ in rows], columns, dtype=object)


def numbers(path, column, *, low=0.0, high=MAX_SECONDS):
    """Read a column of numbers.

    Parameters
    ----------
    path : path-like
        The file, for the message.
    column : pandas.Series of str
        A column of :func:`read_table`.
    low, high : float
        The lowest and the highest number that there may be.

    Returns
    -------
    numbers : pandas.Series of float
        The numbers.

    Raises
    ------
    InputError
        If a field is not a number or not in this range.
    """
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
    """Lay out a table as BIDS has it.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.
    float_format : str | None
        How to write numbers that are not integers, as in :meth:`pandas.DataFrame.to_csv`.

    Returns
    -------
    text : str
        Columns apart by tabs, "n/a" for what is not there. Tabs, line ends and other control
        characters within a field, which BIDS cannot tell, are written as escapes.
    """
    table = table.map(lambda field: printable(field) if isinstance(field, str) else field)
    table = table.replace("", NOT_AVAILABLE)
    return table.to_csv(
        sep="\t", index=False, na_rep=NOT_AVAILABLE, float_format=float_format, lineterminator="\n",
        quoting=csv.QUOTE_NONE, quotechar=None,
    )  # fmt: skip


def _fields(path, number, line, separator):
    """Cut a line into its fields."""
    if separator == "\t":
        return line.split("\t")
    try:
        (fields,) = csv.reader([line], delimiter=separator, strict=True)
    except csv.Error as error:  # such as a quotation mark that is never closed
        raise InputError(
            path, f"line {number} cannot be read ({error})", "close its quotes, on the same line"
        ) from error
    return fields
