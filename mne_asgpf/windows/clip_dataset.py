"""The braindecode dataset whose short windows are padded with NaN."""

import numpy as np
from braindecode.datasets import EEGWindowsDataset

from ..signals import PreparedRaw


class ClipDataset(EEGWindowsDataset):
    """Windows of one recording, padded with NaN to one length."""

    # One row of `metadata` per window, with the columns of braindecode. `transform` is called with
    # each window after padding: numpy.nan_to_num pads with zeros for models that do not handle
    # missing data.

    def __init__(self, raw, metadata, description=None, transform=None, *, n_times):
        super().__init__(raw, metadata, description, transform)
        self.n_times = n_times

    def __getitem__(self, index):
        """Return a window (float32, NaN after the end of the clip), its target and its position."""
        place = self.crop_inds[index].tolist()
        _, start, stop = place
        window = np.full((len(self.raw.ch_names), self.n_times), np.nan, np.float32)
        if isinstance(self.raw, PreparedRaw):
            window[:, : stop - start] = self.raw.read_window(start, stop)
        else:
            window[:, : stop - start] = self.raw[:, start:stop][0]
        if self.transform is not None:
            window = self.transform(window)
        further = (self.ch_pos,) if self.return_ch_pos else ()
        return window, self.y[index], place, *further
