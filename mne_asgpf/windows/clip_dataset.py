"""The braindecode dataset whose short windows are padded with NaN."""

import numpy as np
from braindecode.datasets import EEGWindowsDataset

from ..signals import PreparedRaw


class ClipDataset(EEGWindowsDataset):
    """Windows of one recording, padded with NaN to one length.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording.
    metadata : pandas.DataFrame
        One window per row: braindecode's ``i_window_in_trial``, ``i_start_in_trial``,
        ``i_stop_in_trial`` and ``target``, and any further columns.
    description : dict | pandas.Series | None
        Metadata of the recording.
    transform : callable | None
        Called with each window after padding; ``numpy.nan_to_num`` pads with zeros for
        models that do not handle missing data.
    n_times : int
        Length of all windows in samples.
    """

    def __init__(self, raw, metadata, description=None, transform=None, *, n_times):
        super().__init__(raw, metadata, description, transform)
        self.n_times = n_times

    def __getitem__(self, index):
        """Get a window, its target and its position.

        Parameters
        ----------
        index : int
            Index of the window.

        Returns
        -------
        window : array of float32, shape (n_channels, n_times)
            The signals in the unit of the Raw (volts); NaN after the end of the clip.
        target : int
            The target.
        crop_inds : list of int
            Number of the window, its first sample and the sample after its last one.
        """
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
