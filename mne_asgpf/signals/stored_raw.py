"""A file of the signal store as an mne Raw that reads only what is asked for."""

from pathlib import Path

import mne
import numpy as np
from mne.utils import verbose

from ..channels import canonical_name
from .signal_store import read_header, read_samples


class RawASGPF(mne.io.BaseRaw):
    """A prepared recording, read from the signal store when and where it is needed.

    It can be cropped, picked, plotted, saved and loaded as any Raw, and pickled: no
    file is open in it.

    Parameters
    ----------
    path : path-like
        The file.
    preload : bool | str
        As in :func:`mne.io.read_raw`.
    verbose : bool | str | int | None
        Log level.

    Attributes
    ----------
    provenance : dict
        Where the recording came from and how it was prepared.
    description : dict
        What the corpus tells of it: ``patient``, ``session``, ``tusz_split``.

    Raises
    ------
    InputError
        If the file cannot be read or is no file of the signal store.
    """

    @verbose
    def __init__(self, path, preload=False, verbose=None):
        path = Path(path)
        header = read_header(path)
        info = mne.create_info(header.ch_names, header.sfreq, "eeg")
        info["bads"] = header.bads
        if patient := header.about.get("patient"):
            info["subject_info"] = {"his_id": patient}
        super().__init__(
            info,
            preload,
            last_samps=[header.n_times - 1],
            filenames=[path],
            raw_extras=[{"stamp": header.stamp}],
            orig_format={"int16": "short", "float32": "single"}[header.dtype.name],
            verbose=verbose,
        )
        self.provenance = header.provenance
        about = header.about
        self.description = {k: about.get(k) for k in ("patient", "session", "tusz_split")}
        self._missing = frozenset(header.bads)
        self.set_annotations(header.annotations, emit_warning=False, on_missing="ignore")

    def read_window(self, start, stop):
        """Read a window in single precision, without the detour over mne's reading.

        Parameters
        ----------
        start, stop : int
            First sample, and the one after the last, counted from the start of this
            Raw.

        Returns
        -------
        window : array of float32, shape (n_channels, stop - start)
            Volts; NaN for channels that are missing or bad.
        """
        if self.preload or self.proj or len(self.filenames) > 1:
            return self[:, start:stop][0].astype(np.float32)
        first = int(self.first_samp)
        stamp = self._raw_extras[0]["stamp"]
        window = read_samples(self.filenames[0], stamp, first + start, first + stop, np.float32)
        picks = self._read_picks[0]
        return window if np.array_equal(picks, np.arange(len(window))) else window[picks]

    def is_prepared(self, channels, sfreq, max_missing):
        """Tell whether it is as windows want it, so that it need not be loaded.

        Parameters
        ----------
        channels : sequence of str
            The channels wanted, in this order, in any known spelling.
        sfreq : float
            The sampling frequency wanted, in Hz.
        max_missing : int
            How many of the channels may be missing or bad.

        Returns
        -------
        is_prepared : bool
            False where something else is wanted, or where somebody marked channels as
            bad that are not NaN in the store.
        """
        return (
            self.ch_names == [canonical_name(name) for name in channels]
            and self.info["sfreq"] == sfreq
            and set(self.info["bads"]) <= self._missing
            and len(self.info["bads"]) <= max_missing
        )

    def _read_segment_file(self, data, idx, fi, start, stop, cals, mult):
        stamp = self._raw_extras[fi]["stamp"]
        block = read_samples(self.filenames[fi], stamp, start, stop)[idx]
        data[:] = block if mult is None else mult @ block  # the signals are volts: cals are 1


@verbose
def read_raw_asgpf_h5(path, *, preload=False, verbose=None):
    """Read a recording from the signal store, which ``mne_asgpf prepare`` writes.

    Parameters
    ----------
    path : path-like
        The file.
    preload : bool | str
        Whether to read the signals now; False reads them when they are needed.
    %(verbose)s

    Returns
    -------
    raw : RawASGPF
        The recording, in volts. Channels that are missing or bad are NaN and in
        ``info["bads"]``.

    Raises
    ------
    InputError
        If the file cannot be read or is no file of the signal store.
    """
    return RawASGPF(path, preload=preload)
