"""Making a braindecode dataset from recordings and their clips."""

from pathlib import Path
from typing import NamedTuple

import mne
import numpy as np
import pandas as pd
from braindecode.datasets import BaseConcatDataset

from ..errors import InputError
from .clip_dataset import ClipDataset
from .recording_metadata import recording_metadata
from .rejection import bad_stretches, touched_by

NO_TARGET = -1


class Clip(NamedTuple):
    """A clip of a recording."""

    first: int
    n_steps: int  # Of 1 s.
    target: int = NO_TARGET  # Index of its class.
    label: str | None = None  # Of its seizure.
    seizure: int | None = None  # Its number in the recording, from 0.


def check_raws(raws, clip_len):
    """Return recordings as a list, once they can share one dataset of clips."""
    if clip_len < 1 or clip_len % 1:
        raise InputError("clip_len", f"{clip_len:g} s is not a whole number", "give whole seconds")
    raws = [raws] if isinstance(raws, mne.io.BaseRaw) else list(raws)
    if not raws:
        raise InputError("raws", "there are none", "give at least one Raw")
    first = raws[0]
    for i, raw in enumerate(raws):
        if raw.ch_names != first.ch_names or raw.info["sfreq"] != first.info["sfreq"]:
            raise InputError(
                Path(raw.filenames[0]).stem if raw.filenames[0] else f"raws[{i}]",
                "its channels or its sampling frequency differ from those of the first recording",
                "pass every Raw through mne_asgpf.prepare_raw first",
            )
    if first.info["sfreq"] % 1:
        raise InputError(
            "raws",
            f"the sampling frequency {first.info['sfreq']} Hz is not a whole number of samples "
            "per second",
            "pass every Raw through mne_asgpf.prepare_raw first",
        )
    return raws


def concatenate_windows(raws, clips, clip_len, *, classes=(), descriptions=None):
    """Make one dataset of the clips of several recordings, in order of time and read on demand."""
    # Metadata are those of braindecode, the description of the recording and `seizure` (number in
    # the recording), `onset` (s from the start of the recording), `label`, `class`, `length` (s),
    # `bad` (the description of an annotation that marks part of the window as bad, or None).
    datasets = []
    for raw, of_raw, description in zip(
        raws, clips, recording_metadata(raws, descriptions), strict=True
    ):
        if not of_raw:
            continue
        sfreq = int(raw.info["sfreq"])
        of_raw = sorted(of_raw, key=lambda clip: clip[:2])
        first, n_steps, target, label, seizure = zip(*of_raw, strict=True)
        stops, bad = np.array(first) + sfreq * np.array(n_steps), bad_stretches(raw)
        bad = [touched_by(bad, *place) for place in zip(first, stops, strict=True)]
        metadata = pd.DataFrame(
            {
                "i_window_in_trial": np.arange(len(first)),
                "i_start_in_trial": first,
                "i_stop_in_trial": stops,
                "target": target,
                **description,
                "seizure": pd.array(seizure, dtype="Int64"),
                "onset": np.array(first) / sfreq,
                "label": np.array(label, dtype=object),
                "class": np.array([classes[i] if i >= 0 else None for i in target], dtype=object),
                "length": np.array(n_steps, dtype=float),
                "bad": np.array(bad, dtype=object),
            }
        )
        datasets.append(ClipDataset(raw, metadata, description, n_times=int(sfreq * clip_len)))
    if not datasets:
        raise InputError(
            "raws",
            f"no recording holds enough data that is not marked as bad for a window of "
            f"{clip_len:g} s",
            "give longer recordings or a shorter clip_len",
        )
    windows = BaseConcatDataset(datasets)
    if classes:
        windows.classes = tuple(classes)
    return windows
