"""Label files of TUSZ v2: ``.csv`` (one row per channel) and ``.csv_bi`` (``TERM`` rows)."""

import re

from .derivations import montage_derivations
from .label_rows import label_row, tile

_COLUMNS = ("channel", "start_time", "stop_time", "label", "confidence")
_WHOLE = "TERM"


def read_csv_labels(text):
    """Read the events of a ``.csv`` or ``.csv_bi``, its duration in seconds and its derivations."""
    rows, duration, columns = [], None, None
    for number, line in text.lines:
        if line.startswith("#"):
            text.check_version(number, line, "csv")
            with text.leaving_out(number):
                duration = _duration(text, number, line) or duration
            continue
        fields = [field.strip() for field in line.split(",")]
        if columns is None:
            columns, is_row = _column_line(text, number, fields)
            if not is_row:
                continue
        with text.leaving_out(number):
            if len(fields) != len(columns):
                raise text.malformed(number, f"has {len(fields)} fields, not {len(columns)}")
            channel, start, stop, label, confidence = (
                fields[columns.index(name)] for name in _COLUMNS
            )
            channels = _channels(text, number, channel)
            rows.append(label_row(text, number, start, stop, label, confidence, channels))
    named = {name for row in rows for name in row["channels"]}
    derivations = montage_derivations("ar" if named & {"A1-T3", "T4-A2"} else "ar_a")
    return rows, duration, derivations


def format_csv_labels(events, duration, montage, name):
    """Write events as the text of a ``.csv`` file, one row per derivation of the montage."""
    rows = [
        (channel, *row)
        for channel in montage_derivations(montage)
        for row in tile(events, duration, channel)
    ]
    return _format(rows, duration, name)


def format_csv_bi(events, duration, montage, name):
    """Write events as the text of a ``.csv_bi`` file, which holds no channels."""
    return _format([(_WHOLE, *row) for row in tile(events, duration)], duration, name)


def _format(rows, duration, name):
    header = [
        "# version = csv_v1.0.0",
        f"# bname = {name}",
        f"# duration = {duration:.4f} secs",
        "# montage_file = $NEDC_NFC/lib/nedc_eas_default_montage.txt",
        "#",
        ",".join(_COLUMNS),
    ]
    lines = [f"{c},{start:.4f},{stop:.4f},{label},{p:.4f}" for c, start, stop, label, p in rows]
    return "\n".join([*header, *lines, ""])


def _column_line(text, number, fields):
    """Return the column names, and whether the line is a row instead of a column line."""
    names = [field.lower() for field in fields]
    if set(_COLUMNS) <= set(names) and len(set(names)) == len(names):
        return names, False
    problem = f"is not the column line {','.join(_COLUMNS)!r}"
    text.repair(number, problem, "these columns are assumed")
    return list(_COLUMNS), True


def _duration(text, number, line):
    stated = re.fullmatch(r"#\s*duration\s*=\s*(.*)", line)
    if stated is None:
        return None
    seconds = re.fullmatch(r"(\d+(?:\.\d*)?)\s*(?:s|secs?|seconds)?", stated.group(1), re.ASCII)
    if seconds is None:
        raise text.malformed(number, f"has duration {stated.group(1)!r}, which is not a number")
    return float(seconds.group(1))


def _channels(text, number, name):
    name = name.upper()
    if name == _WHOLE:
        return ()
    if not re.fullmatch(r"\w+-\w+", name, re.ASCII):
        raise text.malformed(number, f"has channel {name!r}, neither {_WHOLE} nor a derivation")
    return (name,)
