"""A fitted classifier on a live stream: probabilities once a second."""

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
    """Type a live stream: the probability of each class, once a second.

    Every second, the classifier is asked about the last ``clip_len`` seconds, a window as those
    that it was trained on, whatever graph its model starts from. Nothing that comes later enters,
    and only the last seconds are kept, so that memory does not grow.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier. One with an ``adaptation`` adapts each second to what was typical
        of the stream so far (:class:`~mne_asgpf.windows.RunningAdaptation`).
    info : mne.Info | None
        What the stream is: its sampling rate, its channels and which of them are bad.
    sfreq : float | None
        Without ``info``: the sampling rate of the stream in Hz.
    ch_names : sequence of str | None
        Without ``info``: the channels of the stream, in any known spelling. Those that the
        classifier wants are found by name, in whatever order; ``max_missing`` of the
        classifier may be missing or bad.
    unit : "V" | "mV" | "uV"
        What the chunks are in.

    Raises
    ------
    InputError
        If channels are missing, or the sampling rate is not known or does not fit.

    See Also
    --------
    ASGPFClassifier.describe : What a classifier says of a whole recording.

    Notes
    -----
    A recurrent model could also carry its state from one second to the next for as long as the
    stream lasts (:meth:`mne_asgpf.ASGPF.step`). It would then be asked about hours, and it was
    trained on seconds; and the default graph, which is made from a whole window, would stay
    that of the stream's start.
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
                "stream", "its channels or its sampling rate are not known", "give info= or both"
            )
        wanted = classifier.wanted
        if classifier.module_.n_chans != len(wanted["channels"]):
            raise InputError(
                "classifier",
                f"it was fitted on {classifier.module_.n_chans} channels without names",
                "fit it on recordings, or with channels= the names of its windows' channels",
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
        """How many seconds after the end of a second its probabilities can be told.

        So far resampling looks ahead: 0 where the stream has the classifier's sampling rate.
        The length of the chunks and the computation come on top.
        """
        return self._resampler.delay

    def push(self, chunk: np.ndarray) -> pd.DataFrame:
        """Take what the stream brought and give the probabilities of the seconds it completes.

        Parameters
        ----------
        chunk : array of float, shape (n_channels, n_times)
            What follows the chunk before, of any length, at the stream's own sampling rate and
            in its unit; NaN for samples that were lost.

        Returns
        -------
        probabilities : pandas.DataFrame
            A row for each second that the chunk completes, and none where it completes none.
            ``time``: the end of the second, in seconds from the stream's start.
            ``p_<class>``: the probability of each class in the ``clip_len`` seconds until
            then; NaN where they cannot be assessed. ``reason``: why not, else empty:
            ``"starting"`` until ``clip_len`` seconds were heard, or what
            :meth:`mne_asgpf.ASGPFClassifier.assess` says of these seconds or of the last one
            of them.

        Raises
        ------
        InputError
            If the chunk has another number of channels.
        """
        chunk = np.asarray(chunk, float)
        if chunk.ndim != 2 or len(chunk) != len(self._ch_names):
            raise InputError(
                "chunk",
                f"it has the shape {chunk.shape}",
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
        """Ask the classifier about the window that ends with each second."""
        if not seconds:
            return np.empty((0, len(self._classifier.classes_)), np.float32), np.empty(0, object)
        n_times = self._n_seconds * self._step
        # Writeable, as torch asks for; nobody writes.
        windows = sliding_window_view(heard, n_times, axis=1, writeable=True)
        windows = windows[:, :: self._step].swapaxes(0, 1)
        probabilities, reasons = assessed_proba(self._classifier, WindowSet(windows))
        # A window with one bad second can be assessed, but not while that second is the last.
        last = torch.from_numpy(np.stack(seconds)).to(self._classifier.device)
        reasons = np.where(reasons == "", why_not(self._classifier, last), reasons)
        probabilities[reasons != ""] = np.nan
        return probabilities, reasons

    @classmethod
    def run(cls, classifier: ASGPFClassifier, raw: mne.io.BaseRaw) -> pd.DataFrame:
        """Give what a stream of a recording would: the causal result, off line.

        Parameters
        ----------
        classifier : ASGPFClassifier
            A fitted classifier.
        raw : mne.io.BaseRaw
            The recording. Its annotations are not looked at.

        Returns
        -------
        probabilities : pandas.DataFrame
            As :meth:`push` gives them, of all seconds that can be told before the recording
            ends: those until ``latency`` before its end.
        """
        stream = cls(classifier, raw.info)
        n_times = int(_BLOCK * raw.info["sfreq"])
        starts = range(0, raw.n_times, n_times)
        parts = [stream.push(raw[:, start : start + n_times][0]) for start in starts]
        return pd.concat(parts, ignore_index=True)
