"""A prepared recording as an mne Raw that reads data on demand."""

from collections.abc import Callable, Sequence
from typing import Any

import mne
import numpy as np

from ..channels import canonical_name


class PreparedRaw(mne.io.BaseRaw):
    """A prepared recording that reads its signals on demand.

    It can be cropped, picked, plotted, saved and loaded as any Raw, and pickled.

    Parameters
    ----------
    info : mne.Info
        The measurement info; bad channels are all NaN.
    read : callable
        Returns the signals in volts: ``read(start, stop, dtype)``, shape
        (n_channels, stop - start).
    n_times : int
        Number of samples.
    **options : dict
        Passed to :class:`mne.io.BaseRaw`.
    """

    def __init__(self, info: mne.Info, read: Callable, n_times: int, **options: Any) -> None:
        self._missing = frozenset(info["bads"])
        super().__init__(info, last_samps=[n_times - 1], raw_extras=[{"read": read}], **options)

    def read_window(self, start: int, stop: int) -> np.ndarray:
        """Read a window in single precision, bypassing the reader of mne.

        Parameters
        ----------
        start, stop : int
            First sample, and the one after the last, from the start of this Raw.

        Returns
        -------
        window : array of float32, shape (n_channels, stop - start)
            Volts; NaN for channels that are missing or bad.
        """
        if self.preload or self.proj or len(self.filenames) > 1:
            return self[:, start:stop][0].astype(np.float32)
        first = int(self.first_samp)
        window = self._raw_extras[0]["read"](first + start, first + stop, np.float32)
        picks = self._read_picks[0]
        return window if np.array_equal(picks, np.arange(len(window))) else window[picks]

    def is_prepared(self, channels: Sequence[str], sfreq: float, max_missing: int) -> bool:
        """Return whether it meets the requirements of windows, so that it need not be loaded.

        Parameters
        ----------
        channels : sequence of str
            The required channels, in this order, in any known spelling.
        sfreq : float
            The required sampling frequency in Hz.
        max_missing : int
            Number of channels that may be missing or bad.

        Returns
        -------
        is_prepared : bool
            False if the requirements differ, or if channels are marked as bad that are
            not NaN.
        """
        return (
            self.ch_names == [canonical_name(name) for name in channels]
            and self.info["sfreq"] == sfreq
            and set(self.info["bads"]) <= self._missing
            and len(self.info["bads"]) <= max_missing
        )

    def _read_segment_file(self, data, idx, fi, start, stop, cals, mult):
        block = self._raw_extras[fi]["read"](start, stop, np.float64)[idx]
        data[:] = block if mult is None else mult @ block  # the signals are volts: cals are 1
