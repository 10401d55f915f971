"""What is known of a recording besides its signals: patient, session, name, official split."""

import re
from pathlib import Path

import pandas as pd
from mne_bids import get_entities_from_fname

from ..bids.read import participant_splits
from ..corpora.layout import parse_tusz_path
from ..errors import InputError

DESCRIPTION = ("patient", "session", "recording", "tusz_split")
# What the metadata of a window tells; a recording's description would overwrite it.
_OF_WINDOWS = {
    "i_window_in_trial", "i_start_in_trial", "i_stop_in_trial", "target",
    "seizure", "onset", "label", "class", "length",
}  # fmt: skip


def describe_path(path):
    """Tell of a recording what its path says, in the layouts of TUSZ and of BIDS.

    Parameters
    ----------
    path : path-like
        The recording.

    Returns
    -------
    description : dict
        ``patient``; ``session``, in three digits for TUSZ as in BIDS datasets made
        from it; ``recording``, the file's name without its ending; ``tusz_split``,
        the official split, for BIDS as participants.tsv has it. None where it is
        not told.
    """
    path = Path(path)
    described = dict.fromkeys(DESCRIPTION) | {"recording": path.stem}
    if name := parse_tusz_path(path):
        told = {"session": f"{name.session:03d}", "tusz_split": name.split}
        return described | told | {"patient": name.patient}
    if re.match(r"sub-[A-Za-z0-9]+_", path.name):
        entities = get_entities_from_fname(path, on_error="ignore")
        root = next((p.parent for p in path.parents if p.name.startswith("sub-")), None)
        splits = participant_splits(root / "participants.tsv") if root else {}
        return described | {
            "patient": entities["subject"],
            "session": entities["session"],
            "tusz_split": splits.get(f"sub-{entities['subject']}"),
        }
    return described


def describe_recordings(raws, given=None):
    """Tell what is known of recordings.

    Parameters
    ----------
    raws : list of mne.io.BaseRaw
        The recordings.
    given : pandas.DataFrame | sequence of dict | None
        What the user knows of each of them, in the same order. It goes before what
        else is known, and may tell more; what is no single value is left out.

    Returns
    -------
    descriptions : list of dict
        The keys of :func:`describe_path` and what else was given. Where it is not
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
        known = dict.fromkeys(DESCRIPTION) | {"recording": f"recording-{i}"}
        if raw.filenames[0]:
            known = describe_path(raw.filenames[0])
        for further in ({"patient": _patient(raw)}, getattr(raw, "description", {}), row):
            known |= {key: value for key, value in further.items() if _is_told(value)}
        if known["patient"] is None:
            known["patient"] = known["recording"]
        described.append(known)
    return described


def _patient(raw):
    patient = (raw.info["subject_info"] or {}).get("his_id")
    return None if patient == "X" else patient  # EDF+ writes X for what is not told


def _is_told(value):
    return pd.api.types.is_scalar(value) and not pd.isna(value) and value != ""
