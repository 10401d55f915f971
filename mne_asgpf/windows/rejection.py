"""Time that annotations call bad, as mne's own windows do: BAD and what starts with it."""

from mne.utils import logger


def bad_stretches(raw):
    """Return the time that annotations call bad.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording.

    Returns
    -------
    stretches : list of tuple
        First sample, the one after the last, and the description, of each annotation whose
        description starts with "bad", whatever its case and whichever channels it names.
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
    """Name the first bad stretch that a window shares time with.

    Parameters
    ----------
    stretches : list of tuple
        What :func:`bad_stretches` gives.
    first, stop : int
        First sample of the window, and the one after its last.

    Returns
    -------
    description : str | None
        Its description; None where there is none.
    """
    return next((what for start, end, what in stretches if start < stop and end > first), None)


def without_bad(raw, clips):
    """Leave out clips that share time with what annotations call bad.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording.
    clips : iterable of Clip
        Its clips.

    Returns
    -------
    clips : list of Clip
        Those that are left.
    """
    clips, stretches, step = list(clips), bad_stretches(raw), int(raw.info["sfreq"])
    kept = [
        clip
        for clip in clips
        if touched_by(stretches, clip.first, clip.first + step * clip.n_steps) is None
    ]
    if len(kept) < len(clips):
        logger.info("%d windows touch what annotations call bad.", len(clips) - len(kept))
    return kept
