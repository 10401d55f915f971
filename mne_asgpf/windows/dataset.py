"""From recordings to braindecode datasets: for typing, pre-training and prediction."""

from pathlib import Path

import mne
import numpy as np
import pandas as pd
from braindecode.datasets import BaseConcatDataset
from mne.utils import _check_option, logger
from sklearn.utils import check_random_state

from ..errors import InputError
from ..event_table import from_annotations
from ..labels import BACKGROUND, CLASS_SCHEMES, LABELS, class_of
from .clip_dataset import ClipDataset
from .clips import (
    covering_clips,
    detection_clips,
    ictal_clip,
    pretraining_clips,
    successive_ictal_clips,
)

NO_TARGET = -1


def typed_windows(
    raws,
    *,
    scheme=4,
    clip_len=12.0,
    first_clip_only=True,
    background=False,
    random_state=None,
):
    """Cut windows of typed seizures, and of background if wanted.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings whose annotations are named after seizure types of TUSZ or
        classes of the scheme. Other annotations are left alone.
    scheme : 4 | 8
        The class scheme.
    clip_len : float
        Length of the windows in seconds. Shorter clips are filled up with NaN.
    first_clip_only : bool
        Take one clip at the start of each seizure, as published; False: successive
        clips through the whole seizure.
    background : bool | float
        How many background windows to draw for each ictal window; True means 1.
        They touch no seizure of any type, are drawn at random from all recordings
        and are the class ``'bckg'``, the last one. There may be fewer if the
        recordings have no more.
    random_state : int | numpy.random.RandomState | None
        Where the draw of background windows starts from.

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        One dataset a recording that has windows. Items are the window (float32,
        shape (n_channels, n_times), unit of the Raw), the target, which is an index
        into ``windows.classes``, and where it lies. ``windows.get_metadata()`` has
        the columns patient, recording, onset (s), label and length (s).

    Raises
    ------
    InputError
        If no seizure of the scheme has a clip.
    """
    _check_option("scheme", scheme, list(CLASS_SCHEMES))
    raws = _check_raws(raws, clip_len)
    classes = CLASS_SCHEMES[scheme]
    clips_of = _first_clip if first_clip_only else successive_ictal_clips
    rows, labels_found = [], set()
    for raw in raws:
        events = from_annotations(raw.annotations, raw.first_time)
        labels_found.update(events["label"])
        seizures = _seizures(events)
        times = seizures[["start", "stop"]].to_numpy()
        rows.append([])
        for index, label in enumerate(seizures["label"]):
            seizure_class = class_of(label, scheme)
            if seizure_class is None:
                continue
            clips = clips_of(times, index, raw.n_times, clip_len=clip_len, sfreq=raw.info["sfreq"])
            if not clips:
                logger.info("%s at %.1f s is too short for a clip.", label, times[index, 0])
            rows[-1] += [(*clip, classes.index(seizure_class), label) for clip in clips]
    n_ictal = sum(map(len, rows))
    if not n_ictal:
        raise InputError(
            "raws",
            f"no annotation is a seizure of the {scheme}-class scheme that is long enough; "
            f"annotations found: {', '.join(sorted(labels_found)) or 'none'}",
            "annotate seizures with TUSZ labels "
            f"({', '.join(k for k in LABELS if class_of(k, scheme))})",
        )
    if background:
        candidates = [
            (i, (first, int(clip_len), len(classes), BACKGROUND))
            for i, raw in enumerate(raws)
            for first in _background_clips(raw, clip_len)
        ]
        n_drawn = min(len(candidates), round(n_ictal * float(background)))
        drawn = check_random_state(random_state).permutation(len(candidates))[:n_drawn]
        for i, row in (candidates[k] for k in sorted(drawn)):
            rows[i].append(row)
        classes = (*classes, BACKGROUND)
    windows = _concatenate(raws, rows, clip_len)
    windows.classes = classes
    return windows


def pretraining_windows(raws, *, clip_len=12.0):
    """Cut windows that hold a clip and the clip that follows it.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings. Their annotations are not used: seizures are part of the windows.
    clip_len : float
        Length of a clip in seconds.

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        Windows of ``2 * clip_len`` seconds, ``clip_len`` seconds apart. The target
        is -1 everywhere.

    Raises
    ------
    InputError
        If every recording is shorter than two clips.
    """
    raws = _check_raws(raws, clip_len)
    rows = [
        [
            (first, int(2 * clip_len), NO_TARGET, None)
            for first in pretraining_clips(raw.n_times, clip_len=clip_len, sfreq=raw.info["sfreq"])
        ]
        for raw in raws
    ]
    return _concatenate(raws, rows, 2 * clip_len)


def recording_windows(raws, *, clip_len=12.0, stride=None):
    """Cut windows that cover each recording from its start.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings.
    clip_len : float
        Length of the windows in seconds. The last one of a recording is filled up
        with NaN; what is left after it is less than a second.
    stride : float | None
        Seconds from one window to the next; None for ``clip_len``.

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        The windows. The target is -1 everywhere.

    Raises
    ------
    InputError
        If ``stride`` is not positive or every recording is shorter than a second.
    """
    if stride is not None and not stride > 0:
        raise InputError("stride", f"{stride:g} s is not positive", "give seconds above 0")
    raws = _check_raws(raws, clip_len)
    rows = [
        [
            (*clip, NO_TARGET, None)
            for clip in covering_clips(
                raw.n_times, clip_len=clip_len, stride=stride, sfreq=raw.info["sfreq"]
            )
        ]
        for raw in raws
    ]
    return _concatenate(raws, rows, clip_len)


def _check_raws(raws, clip_len):
    """Give a list of raws that agree in channels and sampling frequency."""
    if clip_len < 1 or clip_len % 1:
        raise InputError("clip_len", f"{clip_len:g} s is no whole number", "give whole seconds")
    raws = [raws] if isinstance(raws, mne.io.BaseRaw) else list(raws)
    if not raws:
        raise InputError("raws", "there are none", "give at least one Raw")
    first = raws[0]
    for raw in raws[1:]:
        if raw.ch_names != first.ch_names or raw.info["sfreq"] != first.info["sfreq"]:
            raise InputError(
                _name(raw, "raws"),
                "its channels or its sampling frequency are not those of the first recording",
                "pass every Raw through mne_asgpf.windows.recording.prepare_raw first",
            )
    if first.info["sfreq"] % 1:
        raise InputError(
            "raws",
            f"the sampling frequency {first.info['sfreq']} Hz gives no whole number of samples "
            "a second",
            "pass every Raw through mne_asgpf.windows.recording.prepare_raw first",
        )
    return raws


def _seizures(events):
    """Give start, stop and label of all that TUSZ would call a seizure, of any type."""
    known = set(LABELS).union(*CLASS_SCHEMES.values()) - {BACKGROUND}
    seizures = events[events["label"].isin(known)]
    return pd.DataFrame(
        {
            "start": seizures["onset"],
            "stop": seizures["onset"] + seizures["duration"],
            "label": seizures["label"],
        }
    )


def _first_clip(times, index, n_samples, **sizes):
    first, n_steps = ictal_clip(times, index, n_samples, **sizes)
    return [(first, n_steps)] if n_steps else []


def _background_clips(raw, clip_len):
    seizures = _seizures(from_annotations(raw.annotations, raw.first_time))
    first, ictal = detection_clips(
        seizures[["start", "stop"]].to_numpy(),
        raw.n_times,
        clip_len=clip_len,
        sfreq=raw.info["sfreq"],
    )
    return first[~ictal]


def _name(raw, otherwise):
    return Path(raw.filenames[0]).stem if raw.filenames[0] else otherwise


def _concatenate(raws, rows, clip_len):
    """Make one dataset of the (first sample, steps, target, label) rows of each raw."""
    datasets = []
    for i, (raw, of_raw) in enumerate(zip(raws, rows, strict=True)):
        if not of_raw:
            continue
        sfreq = int(raw.info["sfreq"])
        recording = _name(raw, f"recording-{i}")
        subject = raw.info["subject_info"] or {}
        description = {"patient": subject.get("his_id") or recording, "recording": recording}
        first, n_steps, target, label = map(list, zip(*sorted(of_raw), strict=True))
        metadata = pd.DataFrame(
            {
                "i_window_in_trial": np.arange(len(first)),
                "i_start_in_trial": np.array(first, dtype=int),
                "i_stop_in_trial": np.array(first, dtype=int) + sfreq * np.array(n_steps, int),
                "target": target,
                **description,
                "onset": np.array(first) / sfreq,
                "label": label,
                "length": np.array(n_steps, dtype=float),
            }
        )
        datasets.append(ClipDataset(raw, metadata, description, n_times=int(sfreq * clip_len)))
    if not datasets:
        raise InputError(
            "raws",
            f"no recording is long enough for a window of {clip_len:g} s",
            "give longer recordings or a shorter clip_len",
        )
    return BaseConcatDataset(datasets)
