"""From TUSZ, in either layout, to a BIDS dataset."""

import re
import shutil
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed
from mne.utils import ProgressBar, logger, verbose
from mne_bids import BIDSPath

from ..atomic import atomic_path, write_text
from ..corpora.edf_header import read_edf_header
from ..corpora.index import find_recordings
from ..corpora.layout import patient_v1, patient_v2
from ..corpora.recording_labels import recording_events
from ..errors import InputError
from .channels_tsv import make_channels_table
from .events_tsv import write_events_tsv
from .sidecars import (
    TASK,
    dataset_description,
    events_description,
    participants_description,
    recording_description,
    write_json,
)

_OLDEST = 89  # BIDS asks not to tell higher ages

_README = """\
Recordings in the layout of the Temple University Seizure Corpus (TUSZ), converted to
BIDS by mne_asgpf. EDF files are unchanged copies, so channels.tsv names channels as
the files do. Each events.tsv has one row a seizure: trial_type is the label of TUSZ,
eventType the code of SzCORE; one row of background as long as the recording stands for
a recording without seizures. A recording without events.tsv had no label files.

run is the token of TUSZ + 1; acq is the montage: ar (average reference), le (linked
ears), ara and lea (the same without A1 and A2). sourcedata/conversion.tsv tells where
each recording came from, and what was left out and why.
"""


@verbose
def convert_to_bids(source, destination, *, n_jobs=None, verbose=None):
    """Convert a corpus in the layout of TUSZ to a BIDS dataset.

    Parameters
    ----------
    source : path-like
        The folder that holds the corpus, in layout v1 or v2.
    destination : path-like
        The folder of the dataset: new, empty or a BIDS dataset, which is added to.
        EDF files that it holds already, in the right size, are not copied again.
    n_jobs : int | None
        How many recordings to convert at a time, as in joblib.
    verbose : bool | str | int | None
        Log level; progress bars are shown at ``"info"``.

    Returns
    -------
    recordings : pandas.DataFrame
        The table of :func:`~mne_asgpf.corpora.index.find_recordings` and

        - ``bids_path``: the EDF in the dataset, None if refused;
        - ``outcome``: ``"converted"``, ``"kept"`` (it was there) or ``"refused"``
          (``problem`` and ``remedy`` say why).

    Raises
    ------
    InputError
        If there is nothing to convert or the destination holds something else.
    """
    source, destination = Path(source), Path(destination)
    _check_destination(source, destination)
    recordings = find_recordings(source)
    recordings["bids_path"] = [
        _bids_path(row, destination) if row.status != "refused" else None
        for row in recordings.itertuples()
    ]
    _refuse_namesakes(recordings)

    _write_dataset_files(destination, source.resolve().name)
    outcomes = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_convert_recording)(row._asdict()) for row in recordings.itertuples(index=False)
    )
    rows = list(ProgressBar(outcomes, mesg="Converting to BIDS", max_value=len(recordings)))
    recordings = pd.DataFrame(rows, columns=[*recordings.columns, "outcome"])
    done = recordings[recordings["outcome"] != "refused"]
    if len(done):
        _merge_table(destination / "participants.tsv", _participants(done), "participant_id")
    _merge_table(
        destination / "sourcedata" / "conversion.tsv",
        _conversion_table(recordings, source, destination),
        "source",
    )
    logger.info("%d of %d recordings are in %s.", len(done), len(recordings), destination)
    return recordings


def _check_destination(source, destination):
    if destination.resolve().is_relative_to(source.resolve()):
        raise InputError(destination, f"lies in the corpus {source}", "choose another folder")
    if destination.exists() and not destination.is_dir():
        raise InputError(destination, "is no folder", "choose another path")
    is_dataset = (destination / "dataset_description.json").exists()
    if destination.exists() and any(destination.iterdir()) and not is_dataset:
        raise InputError(
            destination, "holds files, but is no BIDS dataset", "choose a new or empty folder"
        )


def _bids_path(row, root):
    path = BIDSPath(
        subject=patient_v2(row.patient),
        session=f"{row.session:03d}",
        task=TASK,
        acquisition=row.montage.replace("_", "") if row.montage else None,
        run=f"{row.token + 1:02d}",
        suffix="eeg",
        extension=".edf",
        datatype="eeg",
        root=root,
        check=False,
    )
    return path.fpath


def _refuse_namesakes(recordings):
    twice = recordings["bids_path"].notna() & recordings["bids_path"].duplicated()
    recordings.loc[twice, ["status", "problem", "remedy"]] = (
        "refused",
        "another recording has the same patient, session and token",
        "convert the versions of the corpus into different datasets",
    )
    recordings.loc[twice, "bids_path"] = None


def _convert_recording(row):
    """Write one recording and its sidecars; give the row with its outcome."""
    refused = row | {"bids_path": None, "outcome": "refused", "status": "refused"}
    if row["status"] == "refused":
        return refused
    target = row["bids_path"]
    try:
        header = read_edf_header(row["path"])
        events = None if row["seizures"] is None else recording_events(row["path"])
        stem = target.name.removesuffix("_eeg.edf")
        channels = make_channels_table(header)
        _write_tsv(target.with_name(f"{stem}_channels.tsv"), channels)
        write_json(
            target.with_suffix(".json"),
            recording_description(channels, row["montage"], row["sfreq"], header.duration),
        )
        if events is not None:
            write_events_tsv(
                target.with_name(f"{stem}_events.tsv"),
                events,
                recording_duration=header.duration,
                start=header.start,
            )
        kept = target.exists() and target.stat().st_size == row["path"].stat().st_size
        if not kept:
            with atomic_path(target) as temporary:
                shutil.copyfile(row["path"], temporary)
    except InputError as error:
        return refused | {"problem": error.problem, "remedy": error.remedy}
    except OSError as error:
        return refused | {"problem": str(error), "remedy": "check space and permissions"}
    return row | {"outcome": "kept" if kept else "converted"}


def _write_dataset_files(root, name):
    if not (root / "dataset_description.json").exists():
        write_json(root / "dataset_description.json", dataset_description(name))
    write_json(root / "participants.json", participants_description())
    write_json(root / f"task-{TASK}_events.json", events_description())
    write_text(root / "README", _README)


def _participants(recordings):
    """Give a row for each patient, from the headers of the first recordings."""
    rows = []
    for patient, of_patient in recordings.groupby(recordings["patient"].map(patient_v2)):
        first = of_patient.sort_values(["session", "token"]).iloc[0]
        identification = read_edf_header(first["path"]).patient
        age = re.search(r"\bAge:\s*(\d{1,3})\b", identification)
        sex = re.search(r"(?<!\S)([FM])(?!\S)", identification)
        rows.append(
            {
                "participant_id": f"sub-{patient}",
                "age": min(int(age.group(1)), _OLDEST) if age else "n/a",
                "sex": sex.group(1) if sex else "n/a",
                "tusz_split": ",".join(sorted(of_patient["split"].dropna().unique())) or "n/a",
                "tusz_id_v1": patient_v1(patient),
            }
        )
    return pd.DataFrame(rows)


def _conversion_table(recordings, source, destination):
    return pd.DataFrame(
        {
            "source": [path.relative_to(source).as_posix() for path in recordings["path"]],
            "bids_path": [
                path.relative_to(destination).as_posix() if path else "n/a"
                for path in recordings["bids_path"]
            ],
            "outcome": recordings["outcome"],
            "problem": recordings["problem"],
            "remedy": recordings["remedy"],
        }
    )


def _merge_table(path, new, key):
    """Write a table; rows that an earlier run wrote and this one does not know stay."""
    if path.exists():
        old = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        new = pd.concat([old[~old[key].isin(new[key])], new])
    _write_tsv(path, new.sort_values(key))


def _write_tsv(path, table):
    table = table.replace("", "n/a")
    write_text(path, table.to_csv(sep="\t", index=False, na_rep="n/a", lineterminator="\n"))
