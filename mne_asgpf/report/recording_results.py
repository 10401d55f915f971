"""The files that tell what a model found in one recording."""

from pathlib import Path

import mne

from ..errors import InputError
from ..events import write_events
from .recording_report import add_recording
from .write import save_report


def write_recording_results(
    classifier, raw, folder, stem, *, events=None, threshold=0.5, truth=None, overwrite=False
):
    """Find and type the seizures of a recording; write events and report.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier.
    raw : mne.io.BaseRaw
        The recording.
    folder : path-like
        Where to write; made when missing.
    stem : str
        What the file names begin with.
    events : pandas.DataFrame | None
        An event table whose seizures are typed; None: they are found.
    threshold : float
        Probability of any seizure from which on a window counts as seizure.
    truth : pandas.DataFrame | None
        The events of a reader, shown beside the model's.
    overwrite : bool
        Whether files that are there already may be replaced.

    Returns
    -------
    found : pandas.DataFrame
        The event table; of given events, ``found.attrs["left_out"]`` says what was no
        seizure.
    paths : dict of str to pathlib.Path
        Kind of file -> path: ``bids``, ``szcore``, ``annotations``, ``report``.

    Raises
    ------
    InputError
        A file is there already, or the model cannot find seizures and none are given.
    """
    report_path = Path(folder) / f"{stem}_report.html"
    if report_path.exists() and not overwrite:
        raise InputError(report_path, "the file exists", "name another folder or pass --overwrite")
    typing = classifier.describe(raw)
    if events is None:
        found = typing.find_events(threshold)
    else:
        found = classifier.type_events(typing.raw, events)
    paths = write_events(found, folder, stem, recording_duration=typing.duration)
    report = mne.Report(title=f"{stem}: seizures by type", verbose="error")
    add_typing(report, typing, found, notes=getattr(classifier, "notes_", {}), truth=truth)
    paths["report"] = save_report(report, report_path, overwrite=overwrite)
    return found, paths


def add_typing(report, typing, events, *, notes=None, truth=None, title="Recording", **options):
    """Add a section on all that a classifier says of a recording.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    typing : RecordingTyping
        What the classifier says.
    events : pandas.DataFrame
        The events made of it.
    notes : dict of str to str | None
        What was noted when the model was saved.
    truth : pandas.DataFrame | None
        The events of a reader.
    title : str
        The title of the section.
    **options : dict
        Handed to :func:`add_recording`.

    Returns
    -------
    report : mne.Report
        The report.
    """
    return add_recording(
        report,
        typing.raw,
        events,
        probabilities=typing.probabilities,
        classes=typing.classes,
        starts=typing.starts,
        window_length=typing.window_length,
        node_evidence=typing.node_logits,
        graphs=typing.graphs,
        truth=truth,
        details={f"Model: {name}": str(value) for name, value in (notes or {}).items()},
        title=title,
        **options,
    )
