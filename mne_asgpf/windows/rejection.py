"""Rejecting windows by annotations that start with "bad", as in :class:`mne.Epochs`."""

from mne.utils import logger


def bad_stretches(raw):
    """Return (first sample, the one after the last, description) of annotations of bad times."""
    sfreq = raw.info["sfreq"]
    starts = (raw.annotations.onset - raw.first_time) * sfreq
    stops = starts + raw.annotations.duration * sfreq
    return [
        (start, stop, str(description))
        for start, stop, description in zip(starts, stops, raw.annotations.description, strict=True)
        if description.lower().startswith("bad")
    ]


def touched_by(stretches, first, stop):
    """Return the description of the first bad stretch that a window overlaps with, or None."""
    return next((what for start, end, what in stretches if start < stop and end > first), None)


def without_bad(raw, clips):
    """Drop clips that overlap with times annotated as bad."""
    clips, stretches, step = list(clips), bad_stretches(raw), int(raw.info["sfreq"])
    kept = [
        clip
        for clip in clips
        if touched_by(stretches, clip.first, clip.first + step * clip.n_steps) is None
    ]
    if len(kept) < len(clips):
        logger.info("%d windows overlap with bad annotations.", len(clips) - len(kept))
    return kept
