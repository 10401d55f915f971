"""The recordings that the commands train and score on, from whatever folder holds them."""

from pathlib import Path

import click

from ..errors import InputError
from ..signals import find_prepared, prepare_corpus


def find_signals(source, store, *, n_jobs=1):
    """Find prepared recordings, and prepare them first where they are not.

    Parameters
    ----------
    source : path-like
        A folder of the signal store, a corpus in the layout of TUSZ or a BIDS dataset.
    store : path-like
        Where to prepare a corpus. What an earlier run prepared is kept.
    n_jobs : int
        How many recordings to prepare at a time.

    Returns
    -------
    recordings : pandas.DataFrame
        As :func:`mne_asgpf.find_prepared` gives them.
    """
    source = Path(source)
    if not source.is_dir():
        raise InputError(source, "there is no such folder", "give a corpus or a signal store")
    if next(source.rglob("*.h5"), None) is not None:
        return find_prepared(source)
    outcomes = prepare_corpus(source, store, n_jobs=n_jobs, verbose="info")
    for row in outcomes[outcomes["outcome"] == "failed"].itertuples():
        click.echo(f"left out\t{row.source}\t{row.problem}\t{row.remedy}")
    return find_prepared(store)


def is_synthetic(source):
    """Tell whether a corpus is one that ``mne_asgpf simulate`` wrote.

    Parameters
    ----------
    source : path-like
        The folder.

    Returns
    -------
    is_synthetic : bool
        Whether there is a truth about its seizures, which no person's EEG comes with.
    """
    return (Path(source) / "truth.csv").is_file()


def of_split(recordings, split):
    """Keep the recordings of an official split.

    Parameters
    ----------
    recordings : pandas.DataFrame
        Recordings.
    split : str
        The split, or "all". A corpus without official splits is taken as a whole.

    Returns
    -------
    recordings : pandas.DataFrame
        Those of the split.

    Raises
    ------
    InputError
        If there are none.
    """
    splits = recordings["tusz_split"]
    if split == "all" or splits.isna().all():
        return recordings
    kept = recordings[splits == split]
    if kept.empty:
        raise InputError(
            "--split",
            f"there is no recording of {split!r}; splits at hand: "
            f"{', '.join(sorted(splits.dropna().unique()))}",
            "name one of them, or all",
        )
    return kept


def tell_corpus(recordings):
    """Say in one line what is trained or scored on.

    Parameters
    ----------
    recordings : pandas.DataFrame
        Recordings.

    Returns
    -------
    text : str
        Recordings, patients, hours.
    """
    hours = recordings["duration"].sum() / 3600
    splits = sorted(recordings["tusz_split"].dropna().unique())
    return (
        f"{len(recordings)} recordings of {recordings['patient'].nunique()} patients, "
        f"{hours:.1f} h{', split ' + ', '.join(splits) if splits else ''}"
    )
