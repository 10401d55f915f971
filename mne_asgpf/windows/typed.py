"""Windows of typed seizures, and of background."""

import pandas as pd
from mne.utils import _check_option, logger
from sklearn.utils import check_random_state

from ..errors import InputError
from ..event_table import from_annotations
from ..labels import BACKGROUND, CLASS_SCHEMES, LABELS, class_of
from .clips import detection_clips, ictal_clip, successive_ictal_clips
from .dataset import check_raws, concatenate_windows


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
    raws = check_raws(raws, clip_len)
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
    windows = concatenate_windows(raws, rows, clip_len)
    windows.classes = classes
    return windows


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
