"""Label files of TUSZ v1 with a row a channel: ``.lbl`` and ``.lbl_bi``.

A row's label is a vector whose entries the file's own symbol table explains, and
its channel an index into the file's own montage.
"""

import re

import numpy as np

from ..labels import BACKGROUND
from .derivations import MONTAGE_REFERENCES, montage_derivations
from .label_rows import check_version, join_channels, label_row, malformed, read_lines, tile

# The symbol table that the corpus writes.
_SYMBOLS = (
    "(null)", "spsw", "gped", "pled", "eybl", "artf", "bckg", "seiz", "fnsz", "gnsz", "spsz",
    "cpsz", "absz", "tnsz", "cnsz", "tcsz", "atsz", "mysz", "nesz",
)  # fmt: skip
_NULL = _SYMBOLS[0]
_MONTAGE = re.compile(r"montage\s*=\s*(\d{1,4})\s*,([^:]*):.*", re.ASCII)
_TABLE = re.compile(r"symbols\[\s*(\d{1,4})\s*\]\s*=\s*\{(.*)\}", re.ASCII)
_SYMBOL = re.compile(r"(\d{1,4})\s*:\s*['\"]([^'\"]*)['\"]", re.ASCII)
_LABEL = re.compile(r"label\s*=\s*\{" + r"([^,]*)," * 5 + r"\s*\[([^]]*)\]\s*\}")


def read_lbl(path):
    """Read a ``.lbl`` or ``.lbl_bi`` file.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    rows : list of dict
        The events, background among them. Rows of several channels with the same
        times and label are one event.
    duration : None
        The format does not state the length of the recording.

    Raises
    ------
    InputError
        If a line is malformed or names a symbol or channel that the file's own
        tables lack.
    """
    montage, symbols, rows = {}, {}, []
    for number, line in read_lines(path):
        check_version(path, number, line, "lbl")
        keyword = re.match(r"\w*", line).group()
        if keyword == "montage":
            index, name = _match(path, number, _MONTAGE, line).groups()
            montage[int(index)] = name.strip().upper()
        elif keyword == "symbols":
            level, table = _match(path, number, _TABLE, line).groups()
            symbols[int(level)] = {int(key): name for key, name in _SYMBOL.findall(table)}
        elif keyword == "label":
            fields = _match(path, number, _LABEL, line).groups()
            rows.append(_row(path, number, fields, montage, symbols))
        elif "=" not in line and not line.startswith("#"):
            raise malformed(path, number, "is neither a setting nor a label")
    return join_channels(rows, montage.values()), None


def format_lbl(events, duration, montage, name):
    """Write events as the text of a ``.lbl`` file, a row a channel.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table. The label vectors are one-hot: confidences are not kept.
    duration : float
        The length of the recording in seconds.
    montage : str
        The montage, whose derivations get the rows.
    name : str
        The format has no place for it.

    Returns
    -------
    text : str
        The content of the file.
    """
    reference = MONTAGE_REFERENCES[montage]
    derivations = montage_derivations(montage)
    lines = ["version = lbl_v1.0.0", ""]
    for index, channel in enumerate(derivations):
        first, second = (f"EEG {site}-{reference}" for site in channel.split("-"))
        lines.append(f"montage =  {index}, {channel}: {first} --  {second}")
    table = ", ".join(f"{index}: '{symbol}'" for index, symbol in enumerate(_SYMBOLS))
    lines += ["", "number_of_levels = 1", "level[0] = 1", f"symbols[0] = {{{table}}}", ""]
    for index, channel in enumerate(derivations):
        for start, stop, label, _ in tile(events, duration, channel):
            vector = ", ".join("1.0" if symbol == label else "0.0" for symbol in _SYMBOLS)
            lines.append(f"label = {{0, 0, {start:.4f}, {stop:.4f}, {index}, [{vector}]}}")
    return "\n".join([*lines, ""])


def _match(path, number, pattern, line):
    found = pattern.fullmatch(line)
    if found is None:
        raise malformed(path, number, f"is a malformed {re.match(r'[a-z]+', line).group()} line")
    return found


def _row(path, number, fields, montage, symbols):
    level, _, start, stop, channel, vector = (field.strip() for field in fields)
    try:
        weights = np.array(vector.split(","), dtype=float)
        level, channel = int(level), int(channel)
    except ValueError as error:
        raise malformed(path, number, "holds a field that is no number") from error
    best = int(np.argmax(weights))
    if not weights[best] > 0:
        raise malformed(path, number, "has a label vector without a label")
    if best not in symbols.get(level, {}):
        raise malformed(
            path, number, f"names entry {best} of the label vector, which symbols[{level}] lacks"
        )
    if channel not in montage:
        raise malformed(path, number, f"names channel {channel}, which the montage lines lack")
    symbol = symbols[level][best]
    label = BACKGROUND if symbol == _NULL else symbol
    return label_row(path, number, start, stop, label, str(weights[best]), (montage[channel],))
