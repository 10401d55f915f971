"""The derivations of TUSZ's four montages, to which its labels refer.

Source: the montage definitions in the corpus' own ``.lbl`` files. Names keep the
spelling of the corpus (``'FP1-F7'``, old temporal names), as in the label files.
"""

#: The 22 derivations of the temporal central parasagittal montage, in file order.
DERIVATIONS = (
    "FP1-F7", "F7-T3", "T3-T5", "T5-O1", "FP2-F8", "F8-T4", "T4-T6", "T6-O2",
    "A1-T3", "T3-C3", "C3-CZ", "CZ-C4", "C4-T4", "T4-A2",
    "FP1-F3", "F3-C3", "C3-P3", "P3-O1", "FP2-F4", "F4-C4", "C4-P4", "P4-O2",
)  # fmt: skip

#: Montage -> its folder in the corpus.
MONTAGE_FOLDERS = {
    "ar": "01_tcp_ar",
    "le": "02_tcp_le",
    "ar_a": "03_tcp_ar_a",
    "le_a": "04_tcp_le_a",
}

#: Montage -> the reference that its channel labels state (``'EEG FP1-REF'``).
MONTAGE_REFERENCES = {"ar": "REF", "le": "LE", "ar_a": "REF", "le_a": "LE"}

_EARS = {"A1-T3", "T4-A2"}


def montage_derivations(montage):
    """Return the 22 or 20 (without ears: ``_a``) derivations of a montage, in file order."""
    if montage.endswith("_a"):
        return tuple(name for name in DERIVATIONS if name not in _EARS)
    return DERIVATIONS
