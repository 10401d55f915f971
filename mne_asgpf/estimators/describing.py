"""What a fitted classifier says of one recording: windows, electrodes, graphs, seizures."""

import numpy as np
import torch
from mne.utils import ProgressBar

from ..event_table import to_annotations
from ..events import only_seizures, type_events
from ..windows import recording_windows
from ..windows.event_windows import event_windows
from .adapting import adapt
from .assessing import why_not, with_bad
from .recording_typing import RecordingTyping
from .recordings import load_one_recording
from .window_set import WindowSet

_KEPT = ("logits", "node_logits", "graphs")  # of what the model says of a window


class Describing:
    """Describe recordings with a fitted classifier."""

    def describe(self, raw):
        """Run through one recording and keep what led to each window's class.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.

        Returns
        -------
        typing : RecordingTyping
            Probabilities, what each electrode said, and the learned graphs.
        """
        self.check_is_fitted()
        raw = load_one_recording(raw, **self.wanted)
        windows = recording_windows(raw, clip_len=self.clip_len)
        metadata = windows.get_metadata()
        patients = metadata["patient"]
        adapted = adapt(WindowSet(windows, patients=patients), self.adaptation, self.sfreq)
        self.module_.eval()
        kept, reasons = {}, []
        bar = ProgressBar(len(adapted), mesg="Typing windows", leave=False)
        with torch.no_grad():
            for x, _ in self.get_iterator(adapted):
                said = self.module_.describe(x.to(self.device))
                for name in _KEPT:
                    of_batch = getattr(said, name).cpu()
                    if name not in kept:  # room for all: of a day, the parts would fill as much
                        kept[name] = of_batch.new_empty(len(adapted), *of_batch.shape[1:])
                    kept[name][len(reasons) : len(reasons) + len(x)] = of_batch
                reasons += why_not(self, x.to(self.device))
                bar.update_with_increment_value(len(x))
        reasons = with_bad(reasons, windows)
        probabilities = kept["logits"].double().softmax(1).numpy()
        probabilities[reasons != ""] = np.nan
        return RecordingTyping(
            raw=raw,
            classes=tuple(self.classes_.tolist()),
            starts=metadata["onset"].to_numpy(),
            window_length=float(self.clip_len),
            lengths=metadata["length"].to_numpy(),
            probabilities=probabilities,
            reasons=reasons,
            node_logits=kept["node_logits"].numpy(),
            graphs=kept["graphs"].numpy(),
        )

    def type_events(self, raw, events):
        """Type the seizures that somebody else found, each by the clip at its onset.

        The clips are those that :func:`~mne_asgpf.typed_windows` cuts.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        events : pandas.DataFrame
            An event table. What is not a seizure (background, unknown labels) is
            left out.

        Returns
        -------
        typed : pandas.DataFrame
            The seizures with the model's types and confidences, as
            :func:`~mne_asgpf.find_events` gives them. ``typed.attrs["left_out"]`` says
            what was left out and why, a line each.

        Raises
        ------
        InputError
            If a seizure lies outside the recording.
        """
        self.check_is_fitted()
        raw = load_one_recording(raw, **self.wanted)
        seizures = only_seizures(events)
        left_out = seizures.attrs["left_out"]
        windows = event_windows(raw, events, clip_len=self.clip_len)
        probabilities = np.empty((0, len(self.classes_)))
        cut = [] if windows is None else windows.get_metadata()["seizure"].tolist()
        if n_empty := len(seizures) - len(cut):
            left_out.append(f"{n_empty} seizures: the recording holds no second of data of them")
        if windows is not None:
            probabilities, reasons = self._assessed_proba(windows)
            left_out += [
                f"the seizure at {seizures['onset'].iloc[number]:g} s is not assessable: {reason}"
                for number, reason in zip(cut, reasons, strict=True)
                if reason
            ]
            cut = np.array(cut)[reasons == ""]
            probabilities = probabilities[reasons == ""]
        typed = type_events(seizures.iloc[cut], probabilities, self.classes_.tolist())
        typed.attrs["left_out"] = left_out
        return typed

    def predict_annotations(self, raw, *, events=None, threshold=0.5):
        """Find and type the seizures of a recording, or type given ones.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        events : pandas.DataFrame | None
            An event table whose seizures are typed, as :meth:`type_events` does. None:
            they are found, which needs a classifier that was fitted with background and
            is experimental.
        threshold : float
            Probability of any seizure from which on a window counts as seizure.

        Returns
        -------
        annotations : mne.Annotations
            One annotation a seizure: its class as the description, the confidence
            and the classes' probabilities in ``extras``.
        """
        if events is not None:
            return to_annotations(self.type_events(raw, events))
        return to_annotations(self.describe(raw).find_events(threshold))
