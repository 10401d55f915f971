"""The published rules for cutting clips.

Clips consist of whole steps of 1 s. All functions work on sample numbers, so that
the rules can be tested exactly.
"""

import numpy as np

from ..defaults import CLIP_LEN, SFREQ
from ..errors import InputError

STEP = 1.0  # s
OFFSET = 2.0  # s of the clip before the onset of the seizure


def ictal_clip(seizures, index, n_samples, *, clip_len=CLIP_LEN, sfreq=SFREQ):
    """Return first sample and whole seconds (0 if below one) of the clip at a seizure's start."""
    # `seizures` holds start and end in seconds, (n_seizures, 2), in order. The clip starts 2 s
    # before the onset but after the previous seizure, and ends with the seizure, with the recording
    # or after `clip_len`, whichever comes first. As published (the benchmark of Tang et al., ICLR
    # 2022), no clip starts at sample 0: the start of the recording is treated as the end of a
    # seizure.
    onset, offset = seizures[index]
    previous_end = int(sfreq * seizures[index - 1][1]) if index else 0
    first = max(previous_end + 1, int(sfreq * (onset - OFFSET)))
    return first, _n_steps(first, int(sfreq * offset), n_samples, clip_len, sfreq)


def successive_ictal_clips(seizures, index, n_samples, *, clip_len=CLIP_LEN, sfreq=SFREQ):
    """Return (first sample, seconds) of clips through a seizure, without overlap."""
    first, n_steps = ictal_clip(seizures, index, n_samples, clip_len=clip_len, sfreq=sfreq)
    last = int(sfreq * seizures[index][1])
    clips = []
    while n_steps:
        clips.append((first, n_steps))
        first += int(sfreq * clip_len)
        n_steps = _n_steps(first, last, n_samples, clip_len, sfreq)
    return clips


def detection_clips(seizures, n_samples, *, clip_len=CLIP_LEN, sfreq=SFREQ):
    """Return the first samples of a recording's clips and whether they overlap with a seizure."""
    # A seizure overlaps if it starts in the clip, or starts before and ends after the start of the
    # clip (not exactly at it).
    length = int(sfreq * clip_len)
    first = np.arange(n_samples // length) * length
    # Rounding first: 0.285 s * 200 Hz is 56.99999999999999.
    start, stop = np.round(sfreq * np.reshape(seizures, (-1, 2)).T, 6)
    after_start = (start >= first[:, None]) | (stop > first[:, None])
    touched = after_start & (start < first[:, None] + length)
    return first, touched.any(axis=1)


def pretraining_clips(n_samples, *, clip_len=CLIP_LEN, forecast_len=None, sfreq=SFREQ):
    """Return the first samples of the clips that are followed by the seconds to forecast."""
    length = int(sfreq * clip_len)
    forecast = length if forecast_len is None else int(sfreq * forecast_len)
    return np.arange(max((n_samples - forecast) // length, 0)) * length


def covering_clips(n_samples, *, clip_len=CLIP_LEN, stride=None, sfreq=SFREQ):
    """Return (first sample, seconds) of clips that cover a recording, all of one length."""
    # The last clip ends with the recording and may overlap with the previous one: the length of a
    # shorter clip would be an artefact that a model could use. Less than one second is left
    # uncovered; a recording shorter than a clip yields one clip of its whole seconds.
    length, step = int(sfreq * clip_len), int(sfreq * STEP)
    if stride is not None and not sfreq * stride >= 1:  # they would never end; NaN is refused, too
        raise InputError(
            "stride",
            f"{stride:g} s is less than a sample at {sfreq:g} Hz",
            "give seconds that are at least a sample",
        )
    hop = length if stride is None else int(sfreq * stride)
    if n_samples < length:
        return [(0, n_samples // step)] if n_samples >= step else []
    clips, first, covered = [], 0, 0
    while n_samples - max(first, covered) >= step:
        clips.append((min(first, n_samples - length), length // step))
        first, covered = first + hop, first + length
    return clips


def _n_steps(first, last, n_samples, clip_len, sfreq):
    stop = min(first + int(sfreq * clip_len), last, n_samples)
    return max(stop - first, 0) // int(sfreq * STEP)
