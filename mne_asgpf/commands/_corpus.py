"""Finding the recordings that commands train and score on, in any kind of folder."""

from ..channels import canonical_name
from ..errors import InputError
from ..signals import find_prepared, open_source, prepare_corpus
from ..windows import EXCLUDED_PATIENTS
from ._options import echo_row


def find_signals(source, store, *, n_jobs=1, **options):
    """Find prepared recordings; with a ``store``, prepare them into it first if needed."""
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
        raise InputError(source, "none of its recordings can be used", "see the problems above")
    recordings = find_prepared(store)
    # Recordings in the store from another or an earlier corpus are ignored.
    return recordings[recordings["path"].isin(of_source)].reset_index(drop=True)


def common_form(source, recordings, *, channels=None, sfreq=None):
    """Return the common ``channels`` and ``sfreq`` (Hz) of recordings, as requested."""
    forms = set(zip(recordings["ch_names"], recordings["sfreq"], strict=True))
    if len(forms) > 1:
        ways = sorted(f"{', '.join(names)} at {rate:g} Hz" for names, rate in forms)
        raise InputError(
            source,
            f"its signals were prepared in {len(forms)} ways: {'; '.join(ways)}",
            "prepare them in one way, or give the folder of one way",
        )
    ((names, rate),) = forms
    remedy = "remove the option, or prepare the recordings again"
    if sfreq not in (None, rate):
        problem = f"is {sfreq:g} Hz, but the signals in {source} have {rate:g} Hz"
        raise InputError("--sfreq", problem, remedy)
    if channels and tuple(map(canonical_name, channels)) != names:
        problem = f"must match the signals in {source}: {', '.join(names)}"
        raise InputError("--channels", problem, remedy)
    return {"channels": list(names), "sfreq": rate}


def labelled(source, recordings):
    """Keep the recordings that have labels, with seizures or without; refuse if there are none."""
    kept = recordings[recordings["seizures"].notna()]
    if kept.empty:
        raise InputError(
            source,
            f"none of its {len(recordings)} recordings has labels",
            "put the label files next to the recordings, or give an events.tsv",
        )
    return kept


def about_data(recordings, description):
    """Describe the training data for a saved model, as notes for its ``save``."""
    known = recordings["synthetic"].dropna()
    return {"data": description} | ({"synthetic": bool(known.all())} if len(known) else {})


def select_split(recordings, split):
    """Keep the recordings of an official split ("all": every one); refuse if there are none."""
    # All recordings of a corpus without official splits are kept. "test" stands for the test split
    # of the corpus.
    splits = recordings["split"]
    if split == "all" or splits.isna().all():
        return recordings
    if split == "test":
        split = "eval" if (splits == "eval").any() else "dev"
        if split == "dev":  # these patients are in both sets of v1
            recordings = recordings[~recordings["patient"].isin(EXCLUDED_PATIENTS)]
    kept = recordings[recordings["split"] == split]
    if kept.empty:
        raise InputError(
            "--split",
            f"is {split!r}, available splits: {', '.join(sorted(splits.dropna().unique()))}",
            "name one of them, or all",
        )
    return kept


def tell_corpus(recordings):
    """Describe recordings in one line: their number, patients and hours."""
    hours = recordings["duration"].sum() / 3600
    splits = sorted(recordings["split"].dropna().unique())
    return (
        f"{len(recordings)} recordings of {recordings['patient'].nunique()} patients, "
        f"{hours:.1f} h{', split ' + ', '.join(splits) if splits else ''}"
    )
