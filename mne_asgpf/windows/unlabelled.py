"""Windows without labels, for pre-training and for prediction."""

import mne
import pandas as pd
from braindecode.datasets import BaseConcatDataset
from mne.utils import logger, verbose

from ..defaults import CLIP_LEN
from ..type_aliases import Verbose
from .clips import covering_clips, pretraining_clips
from .dataset import Clip, check_raws, concatenate_windows
from .rejection import without_bad
from .stretches import data_stretches, has_data


@verbose
def pretraining_windows(
    raws: mne.io.BaseRaw | list[mne.io.BaseRaw],
    *,
    clip_len: float = CLIP_LEN,
    forecast_len: float | None = None,
    reject_by_annotation: bool = True,
    descriptions: pd.DataFrame | list[dict] | None = None,
    verbose: Verbose = None,
) -> BaseConcatDataset:
    """Cut windows with a clip and the seconds after it.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings. Seizures are part of the windows.
    clip_len : float
        Length of a clip in seconds.
    forecast_len : float | None
        Seconds to forecast, a whole number; None for ``clip_len``, as published.
    reject_by_annotation : bool
        Whether to drop windows that overlap with an annotation whose description starts
        with "bad", as in :class:`mne.Epochs`.
    descriptions : pandas.DataFrame | list of dict | None
        Metadata of each Raw, such as ``patient``, ``session``, ``split`` or any other
        columns, which are added to those of windows. None: taken from the Raw and its path.
    %(verbose)s

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        Windows of ``clip_len + forecast_len`` seconds, ``clip_len`` seconds apart, without
        those with less than a second of data in either part. The target is -1 everywhere.

    Raises
    ------
    InputError
        If every recording is shorter than a window, or a length is not a whole number.
    """
    forecast_len = clip_len if forecast_len is None else forecast_len
    raws = check_raws(raws, clip_len)
    raws = check_raws(raws, forecast_len)
    length = clip_len + forecast_len
    clips = [list(_followed(raw, clip_len, forecast_len)) for raw in raws]
    if reject_by_annotation:
        clips = [without_bad(*of_raw) for of_raw in zip(raws, clips, strict=True)]
    return concatenate_windows(raws, clips, length, descriptions=descriptions)


@verbose
def recording_windows(
    raws: mne.io.BaseRaw | list[mne.io.BaseRaw],
    *,
    clip_len: float = CLIP_LEN,
    stride: float | None = None,
    reject_by_annotation: bool = False,
    descriptions: pd.DataFrame | list[dict] | None = None,
    verbose: Verbose = None,
) -> BaseConcatDataset:
    """Cut windows that cover all data of each recording, for prediction.

    All have length ``clip_len``: the last one ends with the recording and may overlap with
    the previous one. Times without data (NaN in all channels) are skipped: the parts before
    and after them are treated as separate recordings. Files of another package that are not
    loaded are assumed to hold data everywhere.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings.
    clip_len : float
        Length of the windows in seconds. Shorter data yield one window of their whole
        seconds, padded with NaN, which a model treats as a short clip; less than a
        second yields none.
    stride : float | None
        Seconds from one window to the next; None for ``clip_len``.
    reject_by_annotation : bool
        Whether to drop windows that overlap with an annotation whose description starts
        with "bad". Otherwise the column ``bad`` of the metadata holds it, and classifiers
        do not assess such windows.
    descriptions : pandas.DataFrame | list of dict | None
        Metadata of each Raw, such as ``patient``, ``session``, ``split`` or any other
        columns, which are added to those of windows. None: taken from the Raw and its path.
    %(verbose)s

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        The windows. The target is -1 everywhere.

    Raises
    ------
    InputError
        If ``stride`` is below one sample, or no recording has a second of data.
    """
    raws = check_raws(raws, clip_len)
    clips = [list(_covering(raw, clip_len, stride)) for raw in raws]
    if reject_by_annotation:
        clips = [without_bad(*of_raw) for of_raw in zip(raws, clips, strict=True)]
    return concatenate_windows(raws, clips, clip_len, descriptions=descriptions)


def _followed(raw, clip_len, forecast_len):
    held, step = data_stretches(raw), int(raw.info["sfreq"])
    for first in pretraining_clips(
        raw.n_times, clip_len=clip_len, forecast_len=forecast_len, sfreq=step
    ):
        parts = (first, clip_len), (first + step * int(clip_len), forecast_len)
        if all(has_data(held, start, int(seconds), step) for start, seconds in parts):
            yield Clip(first, int(clip_len + forecast_len))


def _covering(raw, clip_len, stride):
    for start, stop in data_stretches(raw):
        for first, n_steps in covering_clips(
            stop - start, clip_len=clip_len, stride=stride, sfreq=raw.info["sfreq"]
        ):
            if n_steps < clip_len:
                logger.info("Data of only %d s form a short window.", n_steps)
            yield Clip(start + first, n_steps)
