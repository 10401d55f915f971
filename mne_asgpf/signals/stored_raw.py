"""A file of the signal store as an mne Raw that reads data on demand."""

from functools import partial
from pathlib import Path

import mne
from mne.utils import verbose

from ..type_aliases import PathLike, Verbose
from .prepared_raw import PreparedRaw
from .signal_store import read_header, read_samples


class RawASGPF(PreparedRaw):
    """A prepared recording, read on demand from the signal store.

    It can be cropped, picked, plotted, saved and loaded as any Raw, and pickled: it
    does not hold an open file.

    Parameters
    ----------
    path : path-like
        The file.
    preload : bool | str
        As in :func:`mne.io.read_raw`.
    verbose : bool | str | int | None
        Log level.

    Attributes
    ----------
    provenance : dict
        Where the recording came from and how it was prepared.
    corpus_metadata : dict
        Its metadata in the corpus: ``patient``, ``session``, ``split``.

    Raises
    ------
    InputError
        If the file cannot be read or is not a file of the signal store.
    """

    @verbose
    def __init__(
        self, path: PathLike, preload: bool | str = False, verbose: Verbose = None
    ) -> None:
        path = Path(path)
        header = read_header(path)
        info = mne.create_info(header.ch_names, header.sfreq, "eeg")
        info["bads"] = header.bads
        if patient := header.about.get("patient"):
            info["subject_info"] = {"his_id": patient}
        super().__init__(
            info,
            partial(read_samples, path, header.stamp),
            header.n_times,
            preload=preload,
            filenames=[path],
            orig_format={"int16": "short", "float32": "single"}[header.dtype.name],
            verbose=verbose,
        )
        self.provenance = header.provenance
        about = header.about
        self.corpus_metadata = {k: about.get(k) for k in ("patient", "session", "split")}
        self.set_annotations(header.annotations, emit_warning=False, on_missing="ignore")


@verbose
def read_raw_asgpf_h5(
    path: PathLike, *, preload: bool | str = False, verbose: Verbose = None
) -> RawASGPF:
    """Read a recording from the signal store, which ``mne_asgpf prepare`` writes.

    Parameters
    ----------
    path : path-like
        The file.
    preload : bool | str
        Whether to load the signals; if False, they are read on demand.
    %(verbose)s

    Returns
    -------
    raw : RawASGPF
        The recording, in volts. Channels that are missing or bad are NaN and listed
        in ``info["bads"]``.

    Raises
    ------
    InputError
        If the file cannot be read or is not a file of the signal store.
    """
    return RawASGPF(path, preload=preload)
