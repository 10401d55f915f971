"""Conversion of TUSZ, in either layout, to BIDS."""

from pathlib import Path

import pandas as pd
from mne.utils import logger, verbose
from mne_bids import BIDSPath

from .. import __version__
from ..atomic import only_writer
from ..corpora.index import find_recordings
from ..corpora.layout import patient_v2
from ..corpora.recording_labels import find_label_files
from ..corpora.synthetic import KEYWORD, is_synthetic
from ..errors import InputError, printable
from ..jobs import JobItem, run_job
from ..type_aliases import PathLike, Verbose
from .anonymize import WITHHELD, anonymization_key, pseudonym
from .dataset_files import (
    check_destination,
    write_conversion,
    write_dataset_files,
    write_participants,
)
from .participants import make_participants_table
from .recording_files import write_recording
from .sidecars import TASK, dataset_description


@verbose
def convert_to_bids(
    source: PathLike,
    destination: PathLike,
    *,
    anonymize: str | None = None,
    lenient: bool = False,
    verify: bool = False,
    n_jobs: int | None = None,
    verbose: Verbose = None,
) -> pd.DataFrame:
    """Convert a corpus in the layout of TUSZ to a BIDS dataset.

    It can be interrupted at any time and called again: files are written completely or not
    at all, and finished recordings are kept.

    Parameters
    ----------
    source : path-like
        The folder of the corpus, in layout v1 or v2.
    destination : path-like
        The folder of the dataset: new, empty, or a BIDS dataset to add to.
    anonymize : str | None
        A passphrase, which must be hard to guess. Patients get pseudonyms that cannot be
        traced back without it, hashes of files are keyed with it, and EDF files are copied
        without names, dates and free text: their headers are rewritten with known labels
        and units. None copies the files byte for byte.
    lenient : bool
        Whether to repair or skip malformed lines of label files instead of refusing
        the recording.
    verify : bool
        Whether to compare recordings of an earlier run and their sources with the
        recorded hashes, not only by size and time.
    n_jobs : int | None
        Number of recordings to convert in parallel, as in joblib;
        ``joblib.parallel_config`` chooses the backend.
    verbose : bool | str | int | None
        Log level; progress bars are shown at ``"info"``.

    Returns
    -------
    recordings : pandas.DataFrame
        The table of :func:`~mne_asgpf.corpora.index.find_recordings` with

        - ``bids_path``: the EDF in the dataset; None if refused;
        - ``outcome``: ``"converted"``, ``"kept"`` (it existed) or ``"refused"``
          (see ``problem`` and ``remedy``).

    Raises
    ------
    InputError
        If there is nothing to convert, if the destination holds other files, a dataset
        made with another passphrase or without one, or recordings of the same names from
        another corpus, if another process writes to it, or if it cannot be written to.
    """
    source, destination = Path(source), Path(destination)
    if anonymize == "":
        raise InputError("anonymize", "is an empty passphrase", "give one that is hard to guess")
    description = (
        dataset_description(printable(source.resolve().name))
        if anonymize is None  # the name of a folder may identify the patient
        else dataset_description("Seizure recordings", anonymization_key(anonymize))
    )
    if is_synthetic(source):
        description["Keywords"] = [KEYWORD]
    check_destination(source, destination, description)
    recordings = find_recordings(source, lenient=lenient, n_jobs=n_jobs)

    def name_of(patient):
        return pseudonym(anonymize, patient_v2(patient)) if anonymize else patient_v2(patient)

    named = recordings["patient"].notna()
    places = pd.Series(
        [
            _bids_path(row, name_of(row.patient), destination) if is_named else None
            for is_named, row in zip(named, recordings.itertuples(), strict=True)
        ],
        recordings.index,
        dtype=object,
    )
    recordings["bids_path"] = places.where(recordings["status"] != "refused", None)
    _refuse_namesakes(recordings)
    with only_writer(destination):
        write_dataset_files(destination, description)
        options = (anonymize, lenient, verify, n_jobs)
        recordings = _convert(recordings, places, source, destination, *options)
        done = recordings[recordings["outcome"] != "refused"]
        if len(done):
            participants = make_participants_table(done, name_of, anonymize=bool(anonymize))
            write_participants(destination, participants)
        write_conversion(destination, _conversion_table(recordings, source, destination, anonymize))
    logger.info("%d of %d recordings are in %s.", len(done), len(recordings), destination)
    return recordings


def _convert(recordings, places, source, destination, anonymize, lenient, verify, n_jobs):
    """Write all recordings; return the table with the outcome of each."""
    items = {}
    # A refused recording is an item that fails, so that what an earlier run made of it is removed:
    # its labels may be stale, and a dataset is trained on as a whole. `prepare` keeps signals that
    # it could not try to make again, as they are listed as failed and left out of what is trained.
    for index, path in places[recordings["bids_path"].isna()].dropna().items():
        refusal = tuple(recordings.loc[index, ["path", "problem", "remedy"]])
        labels = tuple(find_label_files(refusal[0]).values())
        facts = {"refused": refusal[1]}  # as its files may be as they were
        items[path.stem] = JobItem(refusal[0], {"refusal": refusal}, labels, facts)
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
        _write_or_refuse,
        items,
        destination,
        manifest=destination / "sourcedata" / "manifest",
        settings={"anonymize": bool(anonymize), "lenient": lenient, "mne_asgpf": __version__},
        origin=source,
        secret=anonymize or "",
        n_jobs=n_jobs,
        desc="Converting to BIDS",
        verify=verify,
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


def _write_or_refuse(refusal=None, **arguments):
    """Write a recording, or raise why it was refused before."""
    if refusal is not None:
        raise InputError(*refusal)
    return write_recording(**arguments)


def _bids_path(row, patient, root):
    path = BIDSPath(
        subject=patient,
        session=row.session,
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


def _conversion_table(recordings, source, destination, anonymize):
    sources = [printable(path.relative_to(source).as_posix()) for path in recordings["path"]]
    reasons = recordings[["problem", "remedy"]]
    if anonymize:  # paths identify the patient; so may a message
        sources = [pseudonym(anonymize, path) for path in sources]
        reasons = reasons.where(reasons.isna(), WITHHELD)
    return pd.DataFrame(
        {
            "source": sources,
            "bids_path": [
                path.relative_to(destination).as_posix() if path else "n/a"
                for path in recordings["bids_path"]
            ],
            # Whether this run or an earlier one converted it does not concern the data.
            "outcome": recordings["outcome"].replace("kept", "converted"),
            "problem": reasons["problem"],
            "remedy": reasons["remedy"],
        }
    )
