"""Rejecting windows by annotations that start with "bad", as in :class:`mne.Epochs`."""

from mne.utils import logger


def bad_stretches(raw):
    """Return the times annotated as bad.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording.

    Returns
    -------
    stretches : list of tuple
        First sample, the one after the last, and the description, of each annotation whose
        description starts with "bad", in upper or lower case, for any channels.
    """
    sfreq = raw.info["sfreq"]
    starts = (raw.annotations.onset - raw.first_time) * sfreq
    stops = starts + raw.annotations.duration * sfreq
    return [
        (start, stop, str(description))
        for start, stop, description in zip(starts, stops, raw.annotations.description, strict=True)
        if description.lower().startswith("bad")
    ]


def touched_by(stretches, first, stop):
    """Return the description of the first bad stretch that a window overlaps with.

    Parameters
    ----------
    stretches : list of tuple
        The result of :func:`bad_stretches`.
    first, stop : int
        First sample of the window, and the one after its last.

    Returns
    -------
    description : str | None
        The description; None if there is none.
    """
    return next((what for start, end, what in stretches if start < stop and end > first), None)


def without_bad(raw, clips):
    """Drop clips that overlap with times annotated as bad.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording.
    clips : iterable of Clip
        Its clips.

    Returns
    -------
    clips : list of Clip
        The remaining clips.
    """
    clips, stretches, step = list(clips), bad_stretches(raw), int(raw.info["sfreq"])
    kept = [
        clip
        for clip in clips
        if touched_by(stretches, clip.first, clip.first + step * clip.n_steps) is None
    ]
    if len(kept) < len(clips):
        logger.info("%d windows overlap with bad annotations.", len(clips) - len(kept))
    return kept
