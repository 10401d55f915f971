"""EDF files made for tests: good ones by edfio, broken ones from them."""

import warnings

import edfio
import numpy as np

TUSZ_LABELS = tuple(
    f"EEG {name}-REF"
    for name in (
        "FP1", "FP2", "F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2", "F7", "F8", "T3", "T4",
        "T5", "T6", "FZ", "CZ", "PZ", "A1", "A2",
    )
)  # fmt: skip


def write_edf(path, labels=TUSZ_LABELS, *, sfreq=200, seconds=20, auxiliary=(), annotations=None):
    """Write an EDF of noise; ``auxiliary`` signals have 1 Hz."""
    rng = np.random.default_rng(0)
    signals = [
        edfio.EdfSignal(
            rng.normal(0, 20, int(rate * seconds)),
            rate,
            label=label,
            physical_dimension="uV",
            physical_range=(-500, 500),
        )
        for rate, names in ((sfreq, labels), (1, auxiliary))
        for label in names
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # edfio remarks on anonymous headers
        edfio.Edf(signals, annotations=annotations).write(path)
    return path


def set_field(path, start, width, text):
    """Overwrite a field of the header."""
    data = bytearray(path.read_bytes())
    data[start : start + width] = text.encode("latin-1").ljust(width)
    path.write_bytes(data)
    return path


def set_signal_field(path, offset, width, index, n_signals, text):
    """Overwrite a field of one signal; ``offset`` is its offset per signal."""
    return set_field(path, 256 + offset * n_signals + width * index, width, text)


def write_discontinuous(path, *, gap):
    """Write an EDF+D of 21 channels in 20 records of 1 s, with a gap after the tenth."""
    write_edf(path, annotations=[edfio.EdfAnnotation(1, None, "x")])
    data = set_field(path, 192, 44, "EDF+D").read_bytes()
    for second in reversed(range(10, 20)):
        stamps = (f"+{onset}\x14\x14".encode() for onset in (second, second + gap))
        data = data.replace(*stamps)
    path.write_bytes(data)
    return path
