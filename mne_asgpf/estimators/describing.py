"""What a fitted classifier says of one recording: windows, electrodes, graphs, seizures."""

import torch

from ..event_table import to_annotations
from ..windows import recording_windows
from .adapting import adapt
from .recording_typing import RecordingTyping
from .recordings import load_one_recording
from .window_set import WindowSet


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
        patients = windows.get_metadata()["patient"]
        adapted = adapt(WindowSet(windows, patients=patients), self.adaptation, self.sfreq)
        self.module_.eval()
        with torch.no_grad():
            parts = [
                self.module_.describe(x.to(self.device)) for x, _ in self.get_iterator(adapted)
            ]
        logits, node_logits, graphs = (
            torch.cat([getattr(part, name) for part in parts]).cpu()
            for name in ("logits", "node_logits", "graphs")
        )
        return RecordingTyping(
            raw=raw,
            classes=tuple(self.classes_.tolist()),
            starts=windows.get_metadata()["onset"].to_numpy(),
            window_length=float(self.clip_len),
            probabilities=logits.double().softmax(1).numpy(),
            node_logits=node_logits.numpy(),
            graphs=graphs.numpy(),
        )

    def predict_annotations(self, raw, *, events=None, threshold=0.5):
        """Find and type the seizures of a recording, or type given ones.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        events : pandas.DataFrame | None
            An event table of seizures to be typed. None: they are found, which needs
            a classifier that was fitted with background and is experimental.
        threshold : float
            Probability of any seizure from which on a window counts as seizure.

        Returns
        -------
        annotations : mne.Annotations
            One annotation a seizure: its class as the description, the confidence
            and the classes' probabilities in ``extras``.
        """
        typing = self.describe(raw)
        found = typing.find_events(threshold) if events is None else typing.type_events(events)
        return to_annotations(found)
