"""From recordings and the clips cut from them to one braindecode dataset."""

from pathlib import Path

import mne
import numpy as np
import pandas as pd
from braindecode.datasets import BaseConcatDataset

from ..errors import InputError
from .clip_dataset import ClipDataset


def check_raws(raws, clip_len):
    """Check that recordings can share one dataset.

    Parameters
    ----------
    raws : mne.io.BaseRaw | iterable of mne.io.BaseRaw
        Recordings.
    clip_len : float
        Length of a clip in seconds.

    Returns
    -------
    raws : list of mne.io.BaseRaw
        The recordings.

    Raises
    ------
    InputError
        If there is none, if they differ in channels or sampling frequency, or if
        seconds or clips are no whole number of samples or steps.
    """
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
                "pass every Raw through mne_asgpf.prepare_raw first",
            )
    if first.info["sfreq"] % 1:
        raise InputError(
            "raws",
            f"the sampling frequency {first.info['sfreq']} Hz gives no whole number of samples "
            "a second",
            "pass every Raw through mne_asgpf.prepare_raw first",
        )
    return raws


def _name(raw, otherwise):
    return Path(raw.filenames[0]).stem if raw.filenames[0] else otherwise


def _patient(raw):
    patient = (raw.info["subject_info"] or {}).get("his_id")
    return None if patient == "X" else patient  # EDF+ writes X for what is not told


def concatenate_windows(raws, rows, clip_len):
    """Make one dataset of the clips of several recordings.

    Parameters
    ----------
    raws : list of mne.io.BaseRaw
        The recordings.
    rows : list of list of tuple
        For each recording its clips: first sample, steps of 1 s, target, label.
    clip_len : float
        Length of the windows in seconds.

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        One :class:`ClipDataset` for each recording that has clips, in order of
        time. A recording whose Raw names no patient (``his_id``) counts as a
        patient of its own.

    Raises
    ------
    InputError
        If there are no clips at all.
    """
    datasets = []
    for i, (raw, of_raw) in enumerate(zip(raws, rows, strict=True)):
        if not of_raw:
            continue
        sfreq = int(raw.info["sfreq"])
        recording = _name(raw, f"recording-{i}")
        description = {"patient": _patient(raw) or recording, "recording": recording}
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
