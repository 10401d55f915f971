"""Windows of typed seizures and of background."""

import mne
import numpy as np
import pandas as pd
from braindecode.datasets import BaseConcatDataset
from mne.utils import _check_option, logger, verbose
from sklearn.utils import check_random_state

from ..defaults import CLIP_LEN, SCHEME
from ..errors import InputError
from ..labels import BACKGROUND, CLASS_SCHEMES, LABELS, class_of
from ..type_aliases import PathLike, RandomState, Verbose
from .clips import detection_clips, ictal_clip, successive_ictal_clips
from .dataset import Clip, check_raws, concatenate_windows
from .recording_metadata import recording_metadata
from .rejection import without_bad
from .relabelled import read_relabelled, relabel
from .seizures import annotated_seizures, seizure_times
from .stretches import data_stretches, has_data, with_data


@verbose
def typed_windows(
    raws: mne.io.BaseRaw | list[mne.io.BaseRaw],
    *,
    scheme: int = SCHEME,
    clip_len: float = CLIP_LEN,
    first_clip_only: bool = True,
    background: bool | float = False,
    relabelled: PathLike | None = None,
    reject_by_annotation: bool = True,
    descriptions: pd.DataFrame | list[dict] | None = None,
    random_state: RandomState = None,
    verbose: Verbose = None,
) -> BaseConcatDataset:
    """Cut windows of typed seizures and, optionally, of background.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings whose annotations are named after seizure types of TUSZ or
        classes of the scheme. Other annotations are ignored.
    scheme : 4 | 8
        The class scheme.
    clip_len : float
        Length of the windows in seconds. Shorter clips are padded with NaN, and those with
        less than a second of data are dropped.
    first_clip_only : bool
        If True, cut one clip at the start of each seizure, as published; else
        successive clips through the whole seizure.
    background : bool | float
        Number of background windows per ictal window; True means 1. They do not
        overlap with seizures of any type, are drawn at random from all recordings,
        have the lengths of the ictal ones, so that the length does not reveal the
        class, and form the last class, ``'bckg'``. There may be fewer if the
        recordings are too short. False: only the published clips.
    relabelled : path-like | None
        A list of seizures with another type according to an expert, such as the 27 of
        the field's test set; see :mod:`mne_asgpf.windows.relabelled` for the format.
        None keeps all types.
    reject_by_annotation : bool
        Whether to drop windows that overlap with an annotation whose description starts
        with "bad", as in :class:`mne.Epochs`.
    descriptions : pandas.DataFrame | list of dict | None
        Metadata of each Raw, such as ``patient``, ``session``, ``split`` or any other
        columns, which are added to those of windows. None: taken from the Raw and its path.
    random_state : int | numpy.random.RandomState | None
        Seed of the draw of background windows and their lengths.
    %(verbose)s

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        One dataset per recording with windows. Items are the window (float32,
        shape (n_channels, n_times), unit of the Raw), the target, which is an index
        into ``windows.classes``, and the position of the window. ``windows.get_metadata()`` has
        the columns patient, session, recording, split, seizure (its number in the
        recording, from 0), onset (s from the recording's start), label, class and
        length (s).

    Raises
    ------
    InputError
        If no seizure of the scheme has a clip, or the list is malformed.
    """
    _check_option("scheme", scheme, list(CLASS_SCHEMES))
    raws = check_raws(raws, clip_len)
    classes = CLASS_SCHEMES[scheme]
    clips_of = _first_clip if first_clip_only else successive_ictal_clips
    listed = None if relabelled is None else read_relabelled(relabelled)
    clips: list[list[Clip]] = []
    labels_found: set[str] = set()
    n_relabelled = 0
    for raw, description in zip(raws, recording_metadata(raws, descriptions), strict=True):
        seizures = annotated_seizures(raw)
        if listed is not None:
            before, seizures = seizures, relabel(seizures, description["recording"], listed)
            n_relabelled += sum(old != new for old, new in zip(before, seizures, strict=True))
        labels_found.update(raw.annotations.description)
        times = seizure_times(seizures)
        clips.append([])
        for index, seizure in enumerate(seizures):
            seizure_class = class_of(seizure.label, scheme)
            if seizure_class is None:
                continue
            cut = clips_of(times, index, raw.n_times, clip_len=clip_len, sfreq=raw.info["sfreq"])
            if not cut:
                logger.info("%s at %.1f s is too short for a clip.", seizure.label, seizure.start)
            target = classes.index(seizure_class)
            clips[-1] += [
                Clip(first, n_steps, target, seizure.label, seizure.number)
                for first, n_steps in cut
            ]
        clips[-1] = with_data(raw, clips[-1])
        if reject_by_annotation:
            clips[-1] = without_bad(raw, clips[-1])
    if listed is not None:
        logger.info("%d seizures have the type of the list of %d.", n_relabelled, len(listed))
    n_ictal = sum(len(of_one) for of_one in clips)
    if not n_ictal:
        raise InputError(
            "raws",
            f"no annotation is a seizure of the {scheme}-class scheme that is long enough, "
            "holds data and is not marked as bad; "
            f"annotations found: {', '.join(sorted(labels_found)) or 'none'}",
            "annotate seizures with TUSZ labels "
            f"({', '.join(k for k in LABELS if class_of(k, scheme))})",
        )
    if background:
        candidates = [
            (i, clip.first)
            for i, raw in enumerate(raws)
            for clip in _background_clips(raw, clip_len, reject_by_annotation)
        ]
        n_drawn = min(len(candidates), round(n_ictal * float(background)))
        rng = check_random_state(random_state)
        drawn = rng.permutation(len(candidates))[:n_drawn]
        # Each ictal length as often as it occurs, plus a random remainder.
        ictal = rng.permutation([clip.n_steps for of_raw in clips for clip in of_raw])
        for k, n_steps in zip(drawn, rng.permutation(np.resize(ictal, n_drawn)), strict=True):
            i, first = candidates[k]
            clips[i].append(Clip(first, int(n_steps), len(classes), BACKGROUND))
        classes = (*classes, BACKGROUND)
    return concatenate_windows(raws, clips, clip_len, classes=classes, descriptions=descriptions)


def _first_clip(times, index, n_samples, **sizes):
    first, n_steps = ictal_clip(times, index, n_samples, **sizes)
    return [(first, n_steps)] if n_steps else []


def _background_clips(raw, clip_len, reject_by_annotation):
    first, ictal = detection_clips(
        seizure_times(annotated_seizures(raw)),
        raw.n_times,
        clip_len=clip_len,
        sfreq=raw.info["sfreq"],
    )
    held, step = data_stretches(raw), int(raw.info["sfreq"])
    clips = [
        Clip(sample, int(clip_len))
        for sample in first[~ictal].tolist()
        if has_data(held, sample, 1, step)  # they may be cut as short as that
    ]
    return without_bad(raw, clips) if reject_by_annotation else clips
