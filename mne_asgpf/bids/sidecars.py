"""The JSON files of the BIDS dataset, which describe its tables and recordings."""

import json

from .. import __version__
from ..atomic import write_text
from ..labels import LABELS, szcore_code

TASK = "szMonitoring"

_REFERENCES = {"ar": "average of the electrodes", "le": "linked ears"}


def write_json(path, content):
    """Write a JSON file completely or not at all."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def dataset_description(name, note=None):
    """Make the content of ``dataset_description.json``."""
    made_by = {"Name": "mne_asgpf", "Version": __version__}
    return {
        "Name": name,
        "BIDSVersion": "1.10.0",
        "HEDVersion": "score_2.1.0",
        "DatasetType": "raw",
        "GeneratedBy": [made_by | ({"Description": note} if note else {})],
    }


def derivative_description():
    """Make the content of ``derivatives/mne_asgpf/dataset_description.json``."""
    return dataset_description("Derivatives of the recordings by mne_asgpf") | {
        "DatasetType": "derivative"
    }


def participants_description():
    """Describe the columns of participants.tsv."""
    return {
        "age": {"Description": "Age at the first recording; 89 or older is 89", "Units": "year"},
        "sex": {"Description": "Sex as in the EDF header", "Levels": {"F": "female", "M": "male"}},
        "tusz_split": {"Description": "Official split of the corpus: train, dev or eval"},
        "tusz_id_v1": {"Description": "Patient id in TUSZ v1.5, the number that the v2 id encodes"},
    }


def events_description():
    """Describe the columns of all events.tsv, with HED tags of SCORE."""
    codes = {kind.szcore: kind.name for kind in reversed(LABELS.values())}
    return {
        "onset": {"Description": "Start of the event from the first sample", "Units": "s"},
        "duration": {"Description": "Length of the event", "Units": "s"},
        "trial_type": {
            "Description": "Label of TUSZ",
            "Levels": {label: kind.name for label, kind in LABELS.items()},
            "HED": {label: kind.hed for label, kind in LABELS.items() if kind.hed},
        },
        "eventType": {
            "Description": "Event code of SzCORE; that tonic, clonic and atonic seizures "
            "start generalised is an assumption",
            "Levels": codes | {szcore_code("bckg"): LABELS["bckg"].name},
        },
        "confidence": {"Description": "Confidence in the label, 0 to 1"},
        "channels": {"Description": "Channels with the event, separated by commas; n/a: unknown"},
        "type_share": {
            "Description": "Share of the typed channel-seconds of a seizure that have this label: "
            "1 if all channels agree, 0 if no channel states a type"
        },
        "dateTime": {"Description": "Start of the recording; the year 1900: unknown"},
        "recordingDuration": {"Description": "Length of the recording", "Units": "s"},
    }


def recording_description(channels, montage, sfreq, duration):
    """Make the content of ``*_eeg.json`` from the channels.tsv, the montage, Hz and seconds."""
    counts = channels["type"].value_counts()
    return {
        "TaskName": TASK,
        "TaskDescription": "Clinical EEG, read for seizures",
        "EEGReference": _REFERENCES.get((montage or "")[:2], "n/a"),
        "SamplingFrequency": sfreq,
        "PowerLineFrequency": "n/a",
        "SoftwareFilters": "n/a",
        "RecordingDuration": duration,
        "RecordingType": "continuous",
        "EEGPlacementScheme": "10-20",
        "EEGChannelCount": int(counts.get("EEG", 0)),
        "ECGChannelCount": int(counts.get("ECG", 0)),
        "EOGChannelCount": int(counts.get("EOG", 0)),
        "EMGChannelCount": int(counts.get("EMG", 0)),
        "TriggerChannelCount": int(counts.get("TRIG", 0)),
        "MISCChannelCount": int(counts.get("MISC", 0) + counts.get("RESP", 0)),
    }
