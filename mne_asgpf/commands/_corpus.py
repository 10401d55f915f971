"""The recordings that the commands train and score on, from whatever folder holds them."""

from ..channels import canonical_name
from ..errors import InputError
from ..signals import find_prepared, open_source, prepare_corpus
from ..windows import EXCLUDED_PATIENTS
from ._options import echo_row


def find_signals(source, store, *, n_jobs=1, **options):
    """Find prepared recordings, and prepare them first where they are not.

    Parameters
    ----------
    source : path-like
        What :func:`mne_asgpf.signals.open_source` takes.
    store : path-like | None
        Where to prepare what is not. What an earlier run prepared is kept. None: it must
        be prepared already.
    n_jobs : int
        How many recordings to prepare at a time.
    **options : dict
        How to prepare what is not, as in :func:`mne_asgpf.prepare_corpus`.

    Returns
    -------
    recordings : pandas.DataFrame
        As :func:`mne_asgpf.find_prepared` gives them.
    """
    found = open_source(source)
    if found.is_stored:
        return find_prepared(source)
    if store is None:
        raise InputError("--out", "SRC has to be prepared first", "name a folder, or prepare SRC")
    outcomes = prepare_corpus(source, store, n_jobs=n_jobs, verbose="info", **options)
    for row in outcomes[outcomes["outcome"] == "failed"].itertuples():
        echo_row("left out", row.source, row.problem, row.remedy)
    of_source = outcomes.loc[outcomes["outcome"].isin(["done", "kept"]), "path"]
    if of_source.empty:
        raise InputError(source, "no recording of it can be used", "see the problem of each above")
    recordings = find_prepared(store)
    # What the store holds of another corpus, or of one before this, is not meant.
    return recordings[recordings["path"].isin(of_source)].reset_index(drop=True)


def common_form(source, recordings, *, channels=None, sfreq=None):
    """Return the channels and the rate that recordings of the store have in common.

    Parameters
    ----------
    source : path-like
        Where they come from.
    recordings : pandas.DataFrame
        Recordings.
    channels : sequence of str | None
        The channels that somebody asked for, in any known spelling.
    sfreq : float | None
        The rate in Hz that somebody asked for.

    Returns
    -------
    form : dict
        ``channels``, a list of their names, and ``sfreq`` in Hz.

    Raises
    ------
    InputError
        If they differ, or are not those asked for.
    """
    forms = set(zip(recordings["ch_names"], recordings["sfreq"], strict=True))
    if len(forms) > 1:
        told = sorted(f"{', '.join(names)} at {rate:g} Hz" for names, rate in forms)
        raise InputError(
            source,
            f"its signals were prepared in {len(forms)} ways: {'; '.join(told)}",
            "prepare them in one way, or give the folder of one",
        )
    ((names, rate),) = forms
    remedy = "leave it out, or prepare the recordings anew"
    if sfreq not in (None, rate):
        problem = f"{sfreq:g} Hz is asked for, and the signals in {source} have {rate:g} Hz"
        raise InputError("--sfreq", problem, remedy)
    if channels and tuple(map(canonical_name, channels)) != names:
        problem = f"the channels of the signals in {source} are {', '.join(names)}"
        raise InputError("--channels", problem, remedy)
    return {"channels": list(names), "sfreq": rate}


def labelled(source, recordings):
    """Keep the recordings that have labels.

    Parameters
    ----------
    source : path-like
        Where they come from.
    recordings : pandas.DataFrame
        Recordings.

    Returns
    -------
    recordings : pandas.DataFrame
        Those with labels, with seizures or without.

    Raises
    ------
    InputError
        If none has.
    """
    kept = recordings[recordings["seizures"].notna()]
    if kept.empty:
        raise InputError(
            source,
            f"none of its {len(recordings)} recordings has labels",
            "give the label files next to the recordings, or an events.tsv",
        )
    return kept


def about_data(recordings, told):
    """Say of a saved model what it was trained on.

    Parameters
    ----------
    recordings : pandas.DataFrame
        Recordings.
    told : str
        What to say of them.

    Returns
    -------
    notes : dict
        Notes for :meth:`ASGPFPretrainer.save`.
    """
    known = recordings["synthetic"].dropna()
    return {"data": told} | ({"synthetic": bool(known.all())} if len(known) else {})


def select_split(recordings, split):
    """Keep the recordings of an official split.

    Parameters
    ----------
    recordings : pandas.DataFrame
        Recordings.
    split : str
        The split, "test" for that of the corpus, or "all". A corpus without official
        splits is taken as a whole.

    Returns
    -------
    recordings : pandas.DataFrame
        Those of the split.

    Raises
    ------
    InputError
        If there are none.
    """
    splits = recordings["split"]
    if split == "all" or splits.isna().all():
        return recordings
    if split == "test":
        split = "eval" if (splits == "eval").any() else "dev"
        if split == "dev":  # they are in both sets of v1
            recordings = recordings[~recordings["patient"].isin(EXCLUDED_PATIENTS)]
    kept = recordings[recordings["split"] == split]
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
    splits = sorted(recordings["split"].dropna().unique())
    return (
        f"{len(recordings)} recordings of {recordings['patient'].nunique()} patients, "
        f"{hours:.1f} h{', split ' + ', '.join(splits) if splits else ''}"
    )
