"""Any BIDS dataset of EEG, and what labels its windows.

The label is an entity of the file names (such as ``task``), a column of events.tsv, whose rows
label what they last, or a column of participants.tsv. Channels are those of the files whose names
are electrodes of the 10-20, 10-10 or 10-05 system, references left out; recordings are brought to
200 Hz and cut into successive whole windows of 12 s.
"""

from pathlib import Path

import mne
import numpy as np
import pandas as pd
from mne_bids import get_entities_from_fname

from mne_asgpf.bids import find_bids_recordings
from mne_asgpf.channels import canonical_name
from mne_asgpf.errors import InputError
from mne_asgpf.signals import read_recording
from mne_asgpf.windows import pretraining_windows
from tasks.task import CLIP_LEN, SFREQ, Task, cached_task

_REFERENCES = {"A1", "A2", "M1", "M2"}
_NOT_STATED = ["n/a"]


def load(name, folder, options):
    """Read the dataset that the options name."""
    if options.bids is None or options.label is None:
        raise InputError("bids", "no dataset is named", "give --bids DIR and --label COLUMN")
    return load_bids(options.bids, options.label, folder, name=name)


def load_bids(root, label, folder, *, name="bids"):
    """Read a dataset, or what was prepared of it.

    Parameters
    ----------
    root : path-like
        The dataset.
    label : str
        An entity, or a column of events.tsv or participants.tsv.
    folder : pathlib.Path
        Where prepared tasks are kept.
    name : str
        The name of the task.

    Returns
    -------
    task : Task
        The task.
    """
    root = Path(root).resolve()
    found = find_bids_recordings(root)
    tables = [root / "participants.tsv", *found["events"].dropna()]
    files = [path for path in (*found["path"], *tables) if path.is_file()]
    source = {
        "name": name,
        "label": label,
        "files": {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files},
        "version": 1,
    }
    return cached_task(folder, source, lambda: _make(name, root, found, label))


def _make(name, root, found, label):
    channels = _channels(found["path"])
    raws, X, y, subjects, recordings = [], [], [], [], []
    length = round(CLIP_LEN * SFREQ)
    for row in found.itertuples():
        raw = read_recording(row.path, channels=channels, sfreq=SFREQ, max_missing=len(channels))
        raws.append(raw)
        data = raw.get_data().astype(np.float32)
        for start, stop, value in _labelled_spans(root, row, label, data.shape[1]):
            for first in range(start, min(stop, data.shape[1]) - length + 1, length):
                X.append(data[:, first : first + length])
                y.append(value)
                subjects.append(row.patient)
                recordings.append(row.path.name)
    if len(set(y)) < 2:
        raise InputError(
            root,
            f"its windows are of {len(set(y))} class by {label!r}",
            "name an entity or a column with two values or more",
        )
    pairs = pretraining_windows(
        raws, clip_len=CLIP_LEN, descriptions=[{"patient": patient} for patient in found["patient"]]
    )
    return Task(
        name,
        np.stack(X),
        np.array(y),
        np.array(subjects),
        np.array(recordings),
        channels,
        SFREQ,
        tuple(sorted(set(y))),
        synthetic=False,
        unlabelled=np.stack([pairs[i][0] for i in range(len(pairs))]),
        unlabelled_subjects=pairs.get_metadata()["patient"].to_numpy(str),
    )


def _channels(paths):
    """Give the electrodes of all recordings, in the order in which they are met."""
    # The name of the montage changed with mne 1.13.
    known = set(mne.channels.get_builtin_montages())
    positions = "colin27_1005" if "colin27_1005" in known else "standard_1005"
    scalp = set(mne.channels.make_standard_montage(positions).ch_names) - _REFERENCES
    names = {}
    for path in paths:
        labels = mne.io.read_raw(path, preload=False, verbose="error").ch_names
        names |= dict.fromkeys(name for name in map(canonical_name, labels) if name in scalp)
    if not names:
        raise InputError(paths.iloc[0], "no channel is an electrode by name", "rename channels")
    return tuple(names)


def _labelled_spans(root, row, label, n_times):
    """Give first sample, last sample and class of the parts of a recording that are labelled."""
    entities = get_entities_from_fname(row.path, on_error="ignore")
    if entities.get(label) is not None:
        return [(0, n_times, str(entities[label]))]
    if row.events is not None:
        events = _read_table(row.events)
        if label in events:
            told = events.dropna(subset=[label, "duration"])
            onset, duration = (told[name].astype(float) for name in ("onset", "duration"))
            starts = (onset * SFREQ).round().astype(int)
            stops = ((onset + duration) * SFREQ).round().astype(int)
            return list(zip(starts.clip(lower=0), stops, told[label], strict=True))
    participants = root / "participants.tsv"
    if participants.is_file() and label in (table := _read_table(participants)):
        of_subject = table.loc[table["participant_id"] == f"sub-{row.patient}", label].dropna()
        return [(0, n_times, value) for value in of_subject]
    raise InputError(
        row.path,
        f"{label!r} is neither an entity nor a column of events.tsv or participants.tsv",
        "name one of them",
    )


def _read_table(path):
    return pd.read_csv(path, sep="\t", dtype=str, na_values=_NOT_STATED, keep_default_na=False)
