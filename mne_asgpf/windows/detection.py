"""Windows that a seizure touches, and windows that none does."""

import mne
import pandas as pd
from braindecode.datasets import BaseConcatDataset
from mne.utils import verbose

from ..defaults import CLIP_LEN
from ..labels import BACKGROUND, SEIZURE, is_seizure
from ..type_aliases import Verbose
from .clips import detection_clips
from .dataset import Clip, check_raws, concatenate_windows
from .rejection import without_bad
from .seizures import annotated_seizures, seizure_times

CLASSES = (BACKGROUND, SEIZURE)


@verbose
def detection_windows(
    raws: mne.io.BaseRaw | list[mne.io.BaseRaw],
    *,
    clip_len: float = CLIP_LEN,
    reject_by_annotation: bool = True,
    descriptions: pd.DataFrame | list[dict] | None = None,
    verbose: Verbose = None,
) -> BaseConcatDataset:
    """Cut successive windows and tell whether a seizure touches them.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings whose annotations are named after seizure types of TUSZ or
        classes of a scheme, non-epileptic seizures apart. Other annotations are
        left alone.
    clip_len : float
        Length of the windows in seconds. What is left at the end of a recording is
        left out, as published.
    reject_by_annotation : bool
        Whether windows are left out that share time with an annotation whose description
        starts with "bad", as in :class:`mne.Epochs`.
    descriptions : pandas.DataFrame | list of dict | None
        What is known of each Raw, such as ``patient``, ``session``, ``split`` or
        anything else; it goes into the metadata. None: what the Raw and its path tell.
    %(verbose)s

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        The windows; the target is 1 where a seizure of any type shares any time with
        the window, and 0 elsewhere. ``windows.classes`` are ``"bckg"`` and ``"seiz"``.

    Raises
    ------
    InputError
        If every recording is shorter than a window.
    """
    raws = check_raws(raws, clip_len)
    clips = [list(_clips(raw, clip_len)) for raw in raws]
    if reject_by_annotation:
        clips = [without_bad(*of_raw) for of_raw in zip(raws, clips, strict=True)]
    return concatenate_windows(raws, clips, clip_len, classes=CLASSES, descriptions=descriptions)


def _clips(raw, clip_len):
    seizures = [seizure for seizure in annotated_seizures(raw) if is_seizure(seizure.label)]
    first, touched = detection_clips(
        seizure_times(seizures), raw.n_times, clip_len=clip_len, sfreq=raw.info["sfreq"]
    )
    for sample, target in zip(first.tolist(), touched.astype(int).tolist(), strict=True):
        yield Clip(sample, int(clip_len), target, CLASSES[target])
