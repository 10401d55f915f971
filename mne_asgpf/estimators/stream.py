"""Classification of a live stream: probabilities once a second."""

from collections.abc import Sequence

import mne
import numpy as np
import pandas as pd
import torch
from mne.utils import _check_option
from numpy.lib.stride_tricks import sliding_window_view

from ..corpora.recording_check import refuse_rates
from ..errors import InputError
from ..models.units import INPUT_UNITS
from ..signals.causal import CausalResampler
from ..signals.channel_picks import pick_channels
from ..signals.upsampling import warn_upsampled
from ..windows import RunningAdaptation
from .assessment import assessed_proba, why_not
from .classifier import ASGPFClassifier
from .inputs.window_set import WindowSet

_UNITS = [unit for unit in INPUT_UNITS if unit != "auto"]
_BLOCK = 60  # s of a Raw that are read at a time


class ASGPFStream:
    """Classify a live stream: the probability of each class, once a second.

    Every second, the last ``clip_len`` seconds are classified, a window like those of the
    training, with any starting graph. Later samples are not used, and only the last seconds are
    kept, so that memory does not grow.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier. With ``adaptation``, each second is adapted to the typical spectrum
        of the stream so far (:class:`~mne_asgpf.windows.RunningAdaptation`).
    info : mne.Info | None
        The sampling rate, the channels and the bad channels of the stream.
    sfreq : float | None
        Without ``info``: the sampling rate of the stream in Hz.
    ch_names : sequence of str | None
        Without ``info``: the channels of the stream, in any known spelling. The classifier's
        channels are found by name, in any order; up to ``max_missing`` of them may be
        missing or bad.
    unit : "V" | "mV" | "uV"
        The unit of the chunks.

    Raises
    ------
    InputError
        If channels are missing, or the sampling rate is unknown or not supported.

    See Also
    --------
    ASGPFClassifier.type_recording : Results of a classifier for a whole recording.

    Notes
    -----
    A recurrent model could also carry its state from one second to the next throughout the
    stream (:meth:`mne_asgpf.ASGPF.step`). It would then process hours although it was trained on
    seconds; and the default graph, which is computed from a whole window, would remain that of
    the stream's start.
    """

    def __init__(
        self,
        classifier: ASGPFClassifier,
        info: mne.Info | None = None,
        *,
        sfreq: float | None = None,
        ch_names: Sequence[str] | None = None,
        unit: str = "V",
    ) -> None:
        classifier.check_is_fitted()
        _check_option("unit", unit, _UNITS)
        bads = []
        if info is not None:
            sfreq, ch_names, bads = info["sfreq"], info["ch_names"], info["bads"]
        elif sfreq is None or ch_names is None:
            raise InputError(
                "stream", "its channels or its sampling rate are unknown", "give info= or both"
            )
        wanted = classifier.wanted
        if classifier.module_.n_chans != len(wanted["channels"]):
            raise InputError(
                "classifier",
                f"was fitted on {classifier.module_.n_chans} channels without names",
                "fit it on recordings, or give the channel names of its windows as channels=",
            )
        refuse_rates("stream", [sfreq], wanted["sfreq"])
        warn_upsampled("stream", sfreq, wanted["sfreq"])
        self._ch_names = list(ch_names)
        picks = pick_channels(
            "stream",
            self._ch_names,
            bads,
            channels=wanted["channels"],
            max_missing=wanted["max_missing"],
        ).values()
        self._rows = [row for row, label in enumerate(picks) if label is not None]
        self._sources = [self._ch_names.index(label) for label in picks if label is not None]
        self._to_volts = INPUT_UNITS[unit] / INPUT_UNITS["V"]
        self._classifier = classifier
        self._resampler = CausalResampler(sfreq, wanted["sfreq"])
        self._step = int(wanted["sfreq"])
        self._running = RunningAdaptation(self._step) if classifier.adaptation else None
        self._n_seconds = int(classifier.clip_len)
        n_before = (self._n_seconds - 1) * self._step
        self._heard = np.full((len(picks), n_before), np.nan, np.float32)
        self._time = 0

    @property
    def latency(self) -> float:
        """Delay in seconds after the end of a second until its probabilities are available.

        Resampling looks ahead by this much: 0 if the stream has the classifier's sampling rate.
        The length of the chunks and the computing time are added to it.
        """
        return self._resampler.delay

    def push(self, chunk: np.ndarray) -> pd.DataFrame:
        """Add a chunk of the stream and return the probabilities of the seconds it completes.

        Parameters
        ----------
        chunk : array of float, shape (n_channels, n_times)
            The samples after the previous chunk, any number, at the sampling rate and in the
            unit of the stream; NaN for lost samples.

        Returns
        -------
        probabilities : pandas.DataFrame
            One row for each second that the chunk completes; none if it completes none.
            ``time``: the end of the second, in seconds from the stream's start.
            ``p_<class>``: the probability of each class in the preceding ``clip_len`` seconds;
            NaN if they cannot be assessed. ``reason``: why not, otherwise empty: ``"starting"``
            during the first ``clip_len`` seconds, or the reason as in
            :meth:`mne_asgpf.ASGPFClassifier.assess` for these seconds or the last one of
            them.

        Raises
        ------
        InputError
            If the number of channels differs.
        """
        chunk = np.asarray(chunk, float)
        if chunk.ndim != 2 or len(chunk) != len(self._ch_names):
            raise InputError(
                "chunk",
                f"has shape {chunk.shape}",
                f"give the stream's {len(self._ch_names)} channels x any number of samples",
            )
        picked = np.full((len(self._heard), chunk.shape[1]), np.nan)
        picked[self._rows] = chunk[self._sources] * self._to_volts
        seconds = [second.astype(np.float32) for second in self._resampler.push(picked)]
        if self._running is not None:
            seconds = [self._running.push(second) for second in seconds]
        heard = np.concatenate([self._heard, *seconds], axis=1)
        self._heard = heard[:, heard.shape[1] - self._heard.shape[1] :].copy()
        first, self._time = self._time + 1, self._time + len(seconds)
        times = np.arange(first, self._time + 1)
        probabilities, reasons = self._assess(heard, seconds)
        starting = times < self._n_seconds
        probabilities[starting], reasons[starting] = np.nan, "starting"
        columns = [f"p_{name}" for name in self._classifier.classes_]
        table = pd.DataFrame(probabilities, columns=columns)
        table.insert(0, "time", times.astype(float))
        return table.assign(reason=reasons)

    def _assess(self, heard, seconds):
        """Classify the window that ends with each second."""
        if not seconds:
            return np.empty((0, len(self._classifier.classes_)), np.float32), np.empty(0, object)
        n_times = self._n_seconds * self._step
        # Writeable, as torch requires, though it is not written to.
        windows = sliding_window_view(heard, n_times, axis=1, writeable=True)
        windows = windows[:, :: self._step].swapaxes(0, 1)
        probabilities, reasons = assessed_proba(self._classifier, WindowSet(windows))
        # A window with one bad second can be assessed, unless that second is the last.
        last = torch.from_numpy(np.stack(seconds)).to(self._classifier.device)
        reasons = np.where(reasons == "", why_not(self._classifier, last), reasons)
        probabilities[reasons != ""] = np.nan
        return probabilities, reasons

    @classmethod
    def run(cls, classifier: ASGPFClassifier, raw: mne.io.BaseRaw) -> pd.DataFrame:
        """Classify a recording as a stream: the causal result, offline.

        Parameters
        ----------
        classifier : ASGPFClassifier
            A fitted classifier.
        raw : mne.io.BaseRaw
            The recording. Its annotations are not used.

        Returns
        -------
        probabilities : pandas.DataFrame
            As in :meth:`push`, for all seconds until ``latency`` before the end of the
            recording.
        """
        stream = cls(classifier, raw.info)
        n_times = int(_BLOCK * raw.info["sfreq"])
        starts = range(0, raw.n_times, n_times)
        parts = [stream.push(raw[:, start : start + n_times][0]) for start in starts]
        return pd.concat(parts, ignore_index=True)
