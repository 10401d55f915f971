"""From TUSZ, in either layout, to a BIDS dataset."""

from pathlib import Path

import pandas as pd
from mne.utils import logger, verbose
from mne_bids import BIDSPath

from .. import __version__
from ..atomic import write_text
from ..corpora.index import find_recordings
from ..corpora.layout import patient_v2
from ..corpora.recording_labels import find_label_files
from ..errors import InputError
from ..jobs import JobItem, run_job
from .anonymize import pseudonym
from .participants import make_participants_table
from .recording_files import table_text, write_recording
from .sidecars import (
    TASK,
    dataset_description,
    derivative_description,
    events_description,
    participants_description,
    write_json,
)

_README = """\
Recordings in the layout of the Temple University Seizure Corpus (TUSZ), converted to
BIDS by mne_asgpf. EDF files are unchanged copies (unless the dataset was anonymized: then
names, dates and texts are blank), so channels.tsv names channels as the files do. Each
events.tsv has one row a seizure: trial_type is the label of TUSZ, eventType the code of
SzCORE; one row of background as long as the recording stands for a recording without
seizures. A recording without events.tsv had no label files.

run is the token of TUSZ + 1; acq is the montage: ar (average reference), le (linked
ears), ara and lea (the same without A1 and A2). derivatives/mne_asgpf holds the seizures
channel by channel, with the hashes of the files that they come from and what was odd about
them. sourcedata/conversion.tsv tells where each recording came from, and what was left out
and why; sourcedata/manifest the size and hash of each file written.
"""


@verbose
def convert_to_bids(
    source,
    destination,
    *,
    anonymize=None,
    lenient=False,
    check_hashes=False,
    n_jobs=None,
    verbose=None,
):
    """Convert a corpus in the layout of TUSZ to a BIDS dataset.

    It can be killed at any moment and called again: files appear whole or not at all,
    and recordings that were finished are kept.

    Parameters
    ----------
    source : path-like
        The folder that holds the corpus, in layout v1 or v2.
    destination : path-like
        The folder of the dataset: new, empty or a BIDS dataset, which is added to.
    anonymize : str | None
        A passphrase. Patients get pseudonyms that cannot be traced back without it,
        and names, dates and free text of the EDF headers and annotations are blanked
        in the copies. None copies the files byte for byte.
    lenient : bool
        Whether malformed lines of label files are repaired or left out instead of
        refusing the recording.
    check_hashes : bool
        Whether recordings of an earlier run are compared with the hashes on record,
        not with the sizes alone.
    n_jobs : int | None
        How many recordings to convert at a time, as in joblib;
        ``joblib.parallel_config`` chooses where.
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
    recordings = find_recordings(source, lenient=lenient, n_jobs=n_jobs)

    def name_of(patient):
        return pseudonym(anonymize, patient) if anonymize else patient_v2(patient)

    recordings["bids_path"] = [
        _bids_path(row, name_of(row.patient), destination) if row.status != "refused" else None
        for row in recordings.itertuples()
    ]
    _refuse_namesakes(recordings)
    _write_dataset_files(destination, source.resolve().name)
    recordings = _convert(recordings, destination, bool(anonymize), lenient, check_hashes, n_jobs)

    done = recordings[recordings["outcome"] != "refused"]
    if len(done):
        participants = make_participants_table(done, name_of, anonymize=bool(anonymize))
        _merge_table(destination / "participants.tsv", participants, "participant_id")
    _merge_table(
        destination / "sourcedata" / "conversion.tsv",
        _conversion_table(recordings, source, destination, anonymize),
        "source",
    )
    logger.info("%d of %d recordings are in %s.", len(done), len(recordings), destination)
    return recordings


def _convert(recordings, destination, anonymize, lenient, check_hashes, n_jobs):
    """Write all recordings; give the table with what became of each."""
    items = {}
    for row in recordings[recordings["bids_path"].notna()].itertuples():
        labels = tuple(find_label_files(row.path).values())
        folder = row.bids_path.parent.relative_to(destination)
        arguments = {
            "source": row.path,
            "target": row.bids_path,
            "derivative": destination / "derivatives" / "mne_asgpf" / folder,
            "montage": row.montage,
            "sfreq": row.sfreq,
            "labels": labels,
            "anonymize": anonymize,
            "lenient": lenient,
        }
        items[row.bids_path.stem] = JobItem(row.path, arguments, labels)
    outcomes = run_job(
        write_recording,
        items,
        destination,
        manifest=destination / "sourcedata" / "manifest",
        settings={"anonymize": anonymize, "lenient": lenient, "mne_asgpf": __version__},
        n_jobs=n_jobs,
        desc="Converting to BIDS",
        check_hashes=check_hashes,
    ).set_index("key")
    recordings["outcome"] = "refused"
    for index, path in recordings["bids_path"].dropna().items():
        outcome, problem, remedy = outcomes.loc[path.stem]
        if outcome == "failed":
            columns = ["status", "problem", "remedy", "bids_path"]
            recordings.loc[index, columns] = ["refused", problem, remedy, None]
        else:
            recordings.loc[index, "outcome"] = {"done": "converted"}.get(outcome, outcome)
    return recordings


def _check_destination(source, destination):
    if destination.resolve().is_relative_to(source.resolve()):
        raise InputError(destination, f"lies in the corpus {source}", "choose another folder")
    if destination.exists() and not destination.is_dir():
        raise InputError(destination, "is no folder", "choose another path")
    is_dataset = (destination / "dataset_description.json").exists()
    holds = destination.exists() and any(
        not path.name.startswith(".partial-") for path in destination.iterdir()
    )
    if holds and not is_dataset:
        raise InputError(
            destination, "holds files, but is no BIDS dataset", "choose a new or empty folder"
        )


def _bids_path(row, patient, root):
    path = BIDSPath(
        subject=patient,
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


def _write_dataset_files(root, name):
    # The description comes first: by it a later run knows the folder as its own.
    if not (root / "dataset_description.json").exists():
        write_json(root / "dataset_description.json", dataset_description(name))
    write_json(root / "participants.json", participants_description())
    write_json(root / f"task-{TASK}_events.json", events_description())
    write_text(root / "README", _README)
    write_json(
        root / "derivatives" / "mne_asgpf" / "dataset_description.json", derivative_description()
    )


def _conversion_table(recordings, source, destination, anonymize):
    sources = [path.relative_to(source).as_posix() for path in recordings["path"]]
    problems = recordings["problem"]
    if anonymize:  # paths tell the patient; so may a message
        sources = [pseudonym(anonymize, path) for path in sources]
        problems = problems.where(problems.isna(), "not told in an anonymized dataset")
    return pd.DataFrame(
        {
            "source": sources,
            "bids_path": [
                path.relative_to(destination).as_posix() if path else "n/a"
                for path in recordings["bids_path"]
            ],
            # Not whether this run or an earlier one did it, which says nothing of the data.
            "outcome": recordings["outcome"].replace("kept", "converted"),
            "problem": problems,
            "remedy": recordings["remedy"],
        }
    )


def _merge_table(path, new, key):
    """Write a table; rows that an earlier run wrote and this one does not know stay."""
    if path.exists():
        old = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        new = pd.concat([old[~old[key].isin(new[key])], new])
    write_text(path, table_text(new.sort_values(key)))
