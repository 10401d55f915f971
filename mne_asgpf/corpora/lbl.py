"""Label files of TUSZ v1 with one row per channel: ``.lbl`` and ``.lbl_bi``.

The label of a row is a vector over the file's own symbol table, and its channel is
an index into the file's own montage.
"""

import re

from ..labels import BACKGROUND
from .derivations import MONTAGE_REFERENCES, montage_derivations
from .label_rows import label_row, tile
from .plain_number import plain_number

# The symbol table of the corpus.
_SYMBOLS = (
    "(null)", "spsw", "gped", "pled", "eybl", "artf", "bckg", "seiz", "fnsz", "gnsz", "spsz",
    "cpsz", "absz", "tnsz", "cnsz", "tcsz", "atsz", "mysz", "nesz",
)  # fmt: skip
_NULL = _SYMBOLS[0]
_EVERY = -1  # the channel of a label for all channels
_ENTRY = r"\s*(\d{1,4})\s*:\s*['\"]([^'\"]*)['\"]\s*"
# The form of each line by the keyword that it begins with.
_LINES = {
    "montage": re.compile(r"montage\s*=\s*(\d{1,4})\s*,([^:]*):.*", re.ASCII),
    "symbols": re.compile(
        r"symbols\[\s*(\d{1,4})\s*\]\s*=\s*\{((?:" + _ENTRY + r"(?:,|(?=\})))*)\}", re.ASCII
    ),
    "label": re.compile(r"label\s*=\s*\{" + r"([^,]*)," * 5 + r"\s*\[([^]]*)\]\s*\}"),
}


def read_lbl(text):
    """Read the events and derivations of a ``.lbl`` or ``.lbl_bi``, which has no duration."""
    montage, symbols, rows = {}, {}, []
    for number, line in text.lines:
        text.check_version(number, line, "lbl")
        keyword = re.split(r"\W", line, maxsplit=1)[0]
        with text.leaving_out(number):
            if keyword not in _LINES:
                if "=" not in line and not line.startswith("#"):
                    raise text.malformed(number, "is neither a setting nor a label")
                continue
            found = _LINES[keyword].fullmatch(line)
            if found is None:
                raise text.malformed(number, f"is a malformed {keyword} line")
            if keyword == "montage":
                montage[int(found[1])] = found[2].strip().upper()
            elif keyword == "symbols":
                entries = re.findall(_ENTRY, found[2], re.ASCII)
                symbols[int(found[1])] = {int(key): name for key, name in entries}
            else:
                rows.append(_row(text, number, found.groups(), montage, symbols))
    return rows, None, tuple(montage.values())


def format_lbl(events, duration, montage, name):
    """Write events as the text of a ``.lbl`` file, one row per derivation of the montage."""
    # The label vectors are one-hot: confidences are not kept.
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


def _row(text, number, fields, montage, symbols):
    level, _, start, stop, channel, vector = (field.strip() for field in fields)
    if not all(re.fullmatch(r"-?\d{1,4}", field, re.ASCII) for field in (level, channel)):
        raise text.malformed(
            number, f"has level {level!r} and channel {channel!r}, which are not numbers"
        )
    level, channel = int(level), int(channel)
    weights = [plain_number(weight) for weight in vector.split(",")]
    if None in weights:
        raise text.malformed(number, "has a label vector with an entry that is not a number")
    weight = max(weights)
    if not weight > 0:
        raise text.malformed(number, "has a label vector without a label")
    if weights.count(weight) > 1:
        raise text.malformed(number, "has a label vector with several labels")
    best = weights.index(weight)
    if best not in symbols.get(level, {}):
        raise text.malformed(
            number,
            f"names entry {best} of the label vector, which is missing from symbols[{level}]",
        )
    if channel != _EVERY and channel not in montage:
        raise text.malformed(
            number, f"names channel {channel}, which is missing from the montage lines"
        )
    symbol = symbols[level][best]
    label = BACKGROUND if symbol == _NULL else symbol
    channels = () if channel == _EVERY else (montage[channel],)
    return label_row(text, number, start, stop, label, str(weight), channels)
