"""Windows with and without seizures."""

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
from .stretches import with_data

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
    """Cut successive windows with and without seizures.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        Recordings whose annotations are named after seizure types of TUSZ or
        classes of a scheme. Non-epileptic seizures and other annotations are
        ignored.
    clip_len : float
        Length of the windows in seconds. As published, an incomplete window at the end
        of a recording is dropped, and so is one with less than a second of data.
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
        The windows; the target is 1 if the window overlaps with a seizure of any type,
        else 0. ``windows.classes`` are ``"bckg"`` and ``"seiz"``.

    Raises
    ------
    InputError
        If every recording is shorter than a window.
    """
    raws = check_raws(raws, clip_len)
    clips = [with_data(raw, _clips(raw, clip_len)) for raw in raws]
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
