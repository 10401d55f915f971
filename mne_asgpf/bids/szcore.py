"""The events of a BIDS dataset, in the format of SzCORE's scorer."""

from pathlib import Path

from mne.utils import logger, verbose

from ..atomic import check_targets, write_text
from ..labels import CLASS_NAMES
from ..type_aliases import PathLike, Verbose
from .events_tsv import read_events_tsv, read_recording_times, szcore_text
from .read import find_bids_recordings


@verbose
def write_szcore_view(
    root: PathLike, folder: PathLike, *, overwrite: bool = False, verbose: Verbose = None
) -> list[Path]:
    """Write the events of a BIDS dataset as a tree of SzCORE's event files.

    SzCORE's scorer reads every .tsv below ``sub-*`` and therefore cannot read a dataset
    with channels.tsv files.

    Parameters
    ----------
    root : path-like
        The dataset.
    folder : path-like
        Where to write ``sub-*/ses-*/eeg/*_events.tsv``.
    overwrite : bool
        Whether existing files with other content may be replaced.
    verbose : bool | str | int | None
        Log level.

    Returns
    -------
    paths : list of pathlib.Path
        The files written, one per recording that has an events.tsv.

    Raises
    ------
    InputError
        If the folder is not a BIDS dataset, an events.tsv is malformed, or a file would be
        replaced; no file is written then.
    """
    root, folder = Path(root), Path(folder)
    texts, inputs = {}, []
    for row in find_bids_recordings(root).itertuples():
        if row.events is None:
            continue
        stem = row.path.stem.removesuffix("_eeg")
        path = (folder / row.path.relative_to(root)).with_name(f"{stem}_events.tsv")
        duration, start = read_recording_times(row.events, row.path)
        events = read_events_tsv(row.events)
        events = events[events["label"].isin(CLASS_NAMES)]  # SzCORE has no code for others
        texts[path] = szcore_text(path, events, duration, start)
        inputs.append(row.events)
    new = {path: text for path, text in texts.items() if not _says(path, text)}
    check_targets(new, inputs=inputs, overwrite=overwrite)
    for path, text in new.items():
        write_text(path, text)
    logger.info("%d event files for SzCORE are in %s.", len(texts), folder)
    return list(texts)


def _says(path, text):
    return path.is_file() and path.read_bytes() == text.encode()
