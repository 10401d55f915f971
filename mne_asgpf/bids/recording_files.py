"""The files of one recording in a dataset: the EDF, its sidecars, events, and their origin."""

import shutil
from typing import Any

from .. import __version__
from ..atomic import atomic_path, write_text
from ..corpora.edf_header import read_edf_header
from ..corpora.recording_labels import channel_events, read_recording_labels
from ..jobs import sha256
from ..tables import table_text
from .anonymize import WITHHELD, copy_without_identity, keyed_hash
from .channels_tsv import make_channels_table
from .events_tsv import write_events_tsv
from .sidecars import recording_description, write_json


def write_recording(source, target, derivative, *, montage, sfreq, labels, anonymize, lenient):
    """Write a recording and its companion files, and return their paths."""
    # `target` is the `*_eeg.edf`, `derivative` the recording's folder in the derivatives. Without
    # label files, no events.tsv is written. `anonymize` is the passphrase that keys hashes.
    with atomic_path(target) as temporary:
        if anonymize:
            copy_without_identity(source, temporary)
        else:
            shutil.copyfile(source, temporary)
    header = read_edf_header(target)
    stem = target.name.removesuffix("_eeg.edf")
    channels = make_channels_table(header)
    paths = [target.with_name(f"{stem}_channels.tsv"), target.with_suffix(".json")]
    write_text(paths[0], table_text(channels))
    write_json(paths[1], recording_description(channels, montage, sfreq, header.duration))
    if labels:
        found = read_recording_labels(source, lenient=lenient)
        paths += [
            target.with_name(f"{stem}_events.tsv"),
            derivative / f"{stem}_desc-channels_events.tsv",
            derivative / f"{stem}_desc-channels_events.json",
        ]
        times: dict[str, Any] = {"recording_duration": header.duration, "start": header.start}
        write_events_tsv(paths[-3], found.events, **times)
        write_events_tsv(paths[-2], channel_events(source, lenient=lenient), **times)
        write_json(paths[-1], _origin(source, labels, found, anonymize))
    return [*paths, target]


def _origin(source, labels, found, anonymize):
    """Describe the origin of the events, and their contradictions and repairs."""
    conflicts, repairs = list(found.conflicts), list(found.repairs)
    files = [source, *labels]
    if anonymize:  # file names, hashes (to owners of the corpus) and texts may identify the patient
        hashes = {"SourcesHMACSHA256": {path.suffix: keyed_hash(anonymize, path) for path in files}}
        conflicts, repairs = ([WITHHELD] * len(texts) for texts in (conflicts, repairs))
    else:
        hashes = {"SourcesSHA256": {path.name: sha256(path) for path in files}}
    return {
        "Description": "Seizures of each channel; the recording's events.tsv has the type that "
        "covers most channel-seconds of each",
        "GeneratedBy": [{"Name": "mne_asgpf", "Version": __version__}],
        **hashes,
        "Conflicts": conflicts,
        "Repairs": repairs,
    }
