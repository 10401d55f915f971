"""Label files of TUSZ v2: ``.csv`` (a row a channel) and ``.csv_bi`` (``TERM`` rows)."""

import re

from .derivations import montage_derivations
from .label_rows import check_version, join_channels, label_row, malformed, read_lines, tile

_COLUMNS = ("channel", "start_time", "stop_time", "label", "confidence")
_WHOLE = "TERM"


def read_csv_labels(path):
    """Read a ``.csv`` or ``.csv_bi`` file.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    rows : list of dict
        The events, background among them. Rows of several channels with the same
        times and label are one event.
    duration : float | None
        The length of the recording in seconds; None where the header lacks it.

    Raises
    ------
    InputError
        If a line is malformed.
    """
    rows, duration, columns_seen = [], None, False
    for number, line in read_lines(path):
        fields = tuple(field.strip() for field in line.split(","))
        if line.startswith("#"):
            check_version(path, number, line, "csv")
            duration = _duration(path, number, line) or duration
        elif not columns_seen:
            if fields != _COLUMNS:
                raise malformed(path, number, f"is not the column line {','.join(_COLUMNS)!r}")
            columns_seen = True
        elif len(fields) != len(_COLUMNS):
            raise malformed(path, number, f"has {len(fields)} fields, not {len(_COLUMNS)}")
        else:
            rows.append(label_row(path, number, *fields[1:], _channels(path, number, fields[0])))
    named = {name for row in rows for name in row["channels"]}
    montage = montage_derivations("ar" if named & {"A1-T3", "T4-A2"} else "ar_a")
    return join_channels(rows, montage), duration


def format_csv_labels(events, duration, montage, name):
    """Write events as the text of a ``.csv`` file, a row a channel.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table.
    duration : float
        The length of the recording in seconds.
    montage : str
        The montage, whose derivations get the rows.
    name : str
        The recording's name, for the header.

    Returns
    -------
    text : str
        The content of the file.
    """
    rows = [
        (channel, *row)
        for channel in montage_derivations(montage)
        for row in tile(events, duration, channel)
    ]
    return _format(rows, duration, name)


def format_csv_bi(events, duration, montage, name):
    """Write events as the text of a ``.csv_bi`` file.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table. The format holds no channels.
    duration : float
        The length of the recording in seconds.
    montage : str
        The format has no place for it.
    name : str
        The recording's name, for the header.

    Returns
    -------
    text : str
        The content of the file.
    """
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


def _duration(path, number, line):
    stated = re.fullmatch(r"#\s*duration\s*=\s*(.*)", line)
    if stated is None:
        return None
    seconds = re.fullmatch(r"(\d+(?:\.\d*)?)\s*(?:secs?)?", stated.group(1), re.ASCII)
    if seconds is None:
        raise malformed(path, number, f"has duration {stated.group(1)!r}, which is no number")
    return float(seconds.group(1))


def _channels(path, number, name):
    name = name.upper()
    if name == _WHOLE:
        return ()
    if not re.fullmatch(r"\w+-\w+", name, re.ASCII):
        raise malformed(path, number, f"has channel {name!r}, neither {_WHOLE} nor a derivation")
    return (name,)
