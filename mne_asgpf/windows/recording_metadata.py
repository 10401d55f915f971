"""Metadata of recordings: patient, session, name, official split."""

from collections import defaultdict
from pathlib import Path

import pandas as pd

from ..errors import InputError
from ..signals.recording import header_patient
from ..signals.source import METADATA, metadata_from_path

# Columns of the metadata of a window, which the description of a recording must not overwrite.
_OF_WINDOWS = {
    "i_window_in_trial", "i_start_in_trial", "i_stop_in_trial", "target",
    "seizure", "onset", "label", "class", "length", "bad",
}  # fmt: skip


def recording_metadata(raws, given=None):
    """Collect metadata of recordings: as given, from the path, the signal store or the Raw."""
    # Each recording without a patient counts as a different patient, also where names of files
    # repeat; one without a path is called `recording-<number>`. Given values that are not scalars
    # are dropped.
    if isinstance(given, pd.DataFrame):
        given = given.to_dict("records")
    given = [{}] * len(raws) if given is None else list(given)
    if len(given) != len(raws):
        raise InputError(
            "descriptions", f"has length {len(given)}, expected {len(raws)}", "give one per Raw"
        )
    if taken := _OF_WINDOWS & set().union(*given):
        raise InputError(
            "descriptions",
            f"has names reserved for windows: {', '.join(sorted(taken))}",
            "rename these columns",
        )
    described = []
    for i, (raw, row) in enumerate(zip(raws, given, strict=True)):
        known = dict.fromkeys(METADATA) | {"recording": f"recording-{i}"}
        if raw.filenames[0]:
            known = metadata_from_path(raw.filenames[0])
        of_header = {"patient": header_patient(raw.info["subject_info"])}
        for further in (of_header, getattr(raw, "corpus_metadata", {}), row):
            known |= {key: value for key, value in further.items() if _is_known(value)}
        described.append(known)
    unknown = [i for i, known in enumerate(described) if known["patient"] is None]
    names = [described[i]["recording"] for i in unknown]
    files = [
        Path(raws[i].filenames[0] or str(name)) for i, name in zip(unknown, names, strict=True)
    ]
    for i, name in zip(unknown, _distinct_names(names, files), strict=True):
        described[i]["patient"] = name
    return described


def _distinct_names(names, files):
    """Put folders before the names that several files share, as many as tell the files apart."""
    n_parts = 1
    while True:
        of_name = defaultdict(set)
        for name, file in zip(names, files, strict=True):
            of_name[name].add(file)
        if all(len(same) == 1 for same in of_name.values()):
            return names
        n_parts += 1
        names = [
            "/".join(file.parts[-n_parts:]) if len(of_name[name]) > 1 else name
            for name, file in zip(names, files, strict=True)
        ]


def _is_known(value):
    return pd.api.types.is_scalar(value) and not pd.isna(value) and value != ""
