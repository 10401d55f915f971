"""Windows at the onsets of given seizures, by the published rule."""

from ..defaults import CLIP_LEN
from ..errors import InputError
from ..event_table import make_event_table
from .clips import ictal_clip
from .dataset import Clip, check_raws, concatenate_windows
from .seizures import marked_seizures, seizure_times
from .stretches import with_data


def event_windows(raw, events, *, clip_len=CLIP_LEN):
    """Cut a window at the onset of each seizure of an event table; None without windows."""
    # It is the first clip of typed_windows. A seizure of 0 s has an unknown end and is treated as
    # ongoing; a seizure within previous ones, for which the published rule yields no clip, is cut
    # as if they did not exist. `seizure` in the metadata is the number among the epileptic ones, by
    # onset. Seizures with less than a second of data are dropped.
    (raw,) = check_raws(raw, clip_len)
    sfreq = raw.info["sfreq"]
    duration = raw.n_times / sfreq
    seizures = marked_seizures(make_event_table(events.to_dict("records")))
    times = seizure_times(seizures)
    clips = []
    for index, seizure in enumerate(seizures):
        if seizure.number is None:  # not epileptic; the clip after it starts after it
            continue
        if not -1 < seizure.start < duration:
            raise InputError(
                "events",
                f"the seizure at {seizure.start:g} s is not in the recording, which lasts "
                f"{duration:g} s",
                "give the events of this recording",
            )
        own = times.copy()
        if seizure.start == seizure.stop:
            own[index, 1] = duration
        options = {"clip_len": clip_len, "sfreq": sfreq}
        clip = ictal_clip(own, index, raw.n_times, **options)
        if not clip[1]:
            clip = ictal_clip(own[index : index + 1], 0, raw.n_times, **options)
        clips.append(Clip(clip[0], clip[1], label=seizure.label, seizure=seizure.number))
    clips = with_data(raw, clips)
    return concatenate_windows([raw], [clips], clip_len) if clips else None
