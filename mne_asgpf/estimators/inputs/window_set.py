"""Windows of EEG from any source, with the class and the patient of each."""

from typing import Any

import numpy as np
import pandas as pd
from torch.utils.data import Dataset

from ...errors import InputError


class WindowSet(Dataset):
    """Windows (float32 in volts, missing data NaN) and their metadata, one entry a window."""

    # `classes` are all classes, in the desired order, if known; `recordings` the index of each
    # window's recording. `groups` is the patient of each window if given by the user, `spectra`
    # what each window is adapted to when it is accessed, and `per_recording` whether all windows of
    # a recording have its class.

    groups = None
    spectra = None
    per_recording = False

    def __init__(self, windows, *, labels=None, patients=None, classes=None, recordings=None):
        self.windows = windows
        self.labels: Any = None if labels is None else np.asarray(labels)
        self.patients = None if patients is None else np.asarray(patients)
        self.classes = classes
        self.recordings = recordings
        self.codes = np.full(len(windows), -1)
        if not len(windows):
            raise InputError("X", "contains no windows", "give at least one")

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, index):
        """Return a window and the number of its class."""
        window = self.signals(index)
        if self.spectra is not None:
            window = self.spectra[index].apply(window)
        return window, int(self.codes[index])

    def signals(self, index):
        """Return the signals of a window unchanged."""
        item = self.windows[index]
        window = item if isinstance(self.windows, np.ndarray) else item[0]
        return np.asarray(window, np.float32)

    @property
    def window_shape(self):
        """Number of channels and of samples of a window."""
        return self[0][0].shape

    def encode(self, classes):
        """Assign each window the number of its class."""
        place = {name: code for code, name in enumerate(classes.tolist())}
        unknown = sorted(set(self.labels.tolist()) - set(place), key=str)
        if unknown:
            raise InputError(
                "y",
                f"unknown classes: {', '.join(map(str, unknown))}; the first fit had "
                f"{', '.join(map(str, place))}",
                "give all classes at the first fit",
            )
        self.codes = np.array([place[label] for label in self.labels.tolist()])

    def number_patients(self):
        """Assign each window the number of its patient, or of its recording if unknown."""
        whose = self.recordings if self.patients is None else self.patients
        if whose is not None:
            self.codes = pd.factorize(np.asarray(whose))[0]

    def get_metadata(self):
        """Return class and patient of each window, as braindecode's datasets do."""
        metadata = pd.DataFrame({"target": self.codes})
        return metadata if self.patients is None else metadata.assign(patient=self.patients)


class PickedChannels(Dataset):
    """Windows with reordered channels; None in ``order`` is a missing channel, NaN."""

    def __init__(self, dataset, order):
        self.dataset = dataset
        self.rows = [row for row, source in enumerate(order) if source is not None]
        self.sources = [source for source in order if source is not None]
        self.n_channels = len(order)

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        """Get a window."""
        window, *rest = self.dataset[index]
        return self.pick(window), *rest

    def pick(self, signals):
        """Reorder the channels of signals."""
        picked = np.full((self.n_channels, signals.shape[1]), np.nan, np.float32)
        picked[self.rows] = signals[self.sources]
        return picked


def join_windows(parts):
    """Join the windows of several recordings."""
    lengths = {part.window_shape[1] for part in parts}
    if len(lengths) > 1:
        raise InputError(
            "X",
            f"its windows have {', '.join(map(str, sorted(lengths)))} samples",
            "give windows of equal length",
        )

    def joined(name):
        values = [getattr(part, name) for part in parts]
        return None if any(value is None for value in values) else np.concatenate(values)

    return WindowSet(
        joined("windows"),
        labels=joined("labels"),
        patients=joined("patients"),
    )
