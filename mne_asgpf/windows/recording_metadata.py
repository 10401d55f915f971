"""What is known of a recording besides its signals: patient, session, name, official split."""

import pandas as pd

from ..errors import InputError
from ..signals.recording import header_patient
from ..signals.source import metadata_from_path

COLUMNS = ("patient", "session", "recording", "split")
# What the metadata of a window tells; a recording's description would overwrite it.
_OF_WINDOWS = {
    "i_window_in_trial", "i_start_in_trial", "i_stop_in_trial", "target",
    "seizure", "onset", "label", "class", "length",
}  # fmt: skip


def recording_metadata(raws, given=None):
    """Tell what is known of recordings.

    Parameters
    ----------
    raws : list of mne.io.BaseRaw
        The recordings.
    given : pandas.DataFrame | sequence of dict | None
        What the user knows of each of them, in the same order. It goes before what
        else is known, and may tell more; what is not a single value is left out.

    Returns
    -------
    descriptions : list of dict
        The keys of :func:`metadata_from_path` and what else was given. Where it is not
        given, a recording of the signal store knows it, else the Raw's
        ``subject_info`` (the patient) and its path do. A recording without a patient
        is a patient of its own, one without a path ``recording-<number>``.

    Raises
    ------
    InputError
        If ``given`` does not have one row a recording, or names what belongs to the
        single window.
    """
    if isinstance(given, pd.DataFrame):
        given = given.to_dict("records")
    given = [{}] * len(raws) if given is None else list(given)
    if len(given) != len(raws):
        raise InputError(
            "descriptions", f"there are {len(given)} for {len(raws)} recordings", "give one a Raw"
        )
    if taken := _OF_WINDOWS & set().union(*given):
        raise InputError(
            "descriptions",
            f"windows have columns of these names: {', '.join(sorted(taken))}",
            "rename them",
        )
    described = []
    for i, (raw, row) in enumerate(zip(raws, given, strict=True)):
        known = dict.fromkeys(COLUMNS) | {"recording": f"recording-{i}"}
        if raw.filenames[0]:
            known = metadata_from_path(raw.filenames[0])
        of_header = {"patient": header_patient(raw.info["subject_info"])}
        for further in (of_header, getattr(raw, "corpus_metadata", {}), row):
            known |= {key: value for key, value in further.items() if _is_told(value)}
        if known["patient"] is None:
            known["patient"] = known["recording"]
        described.append(known)
    return described


def _is_told(value):
    return pd.api.types.is_scalar(value) and not pd.isna(value) and value != ""
