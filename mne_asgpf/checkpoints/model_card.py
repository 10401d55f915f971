"""The card of a model on the hub: its data, its scores, its limits."""

import json

from ..errors import InputError

#: The warning for models that were trained only on synthetic data.
SYNTHETIC_ONLY = (
    "This model was trained only on synthetic data: simulated signals, not EEG of a person. Its "
    "scores and findings do not apply to patients."
)
CARD_FILE = "README.md"
_KINDS = {
    "pretrainer": "An encoder of EEG, pre-trained without labels",
    "classifier": "A classifier of the types of epileptic seizures in EEG",
}
_SYNTHETIC = f"> **Synthetic data.** {SYNTHETIC_ONLY}\n"
_LIMITS = (
    "**Not a medical device**: not for diagnosis, treatment or monitoring. It is research "
    "software; every event it finds has to be reviewed by an expert.",
    "It types seizures; finding them in whole recordings is experimental.",
    "Montages, amplifiers, ages and hospitals other than those it was trained on may yield other "
    "scores.",
    "Scalp EEG does not show consciousness: simple and complex partial seizures look alike.",
    "Patients' ids are stored as salted hashes: a pseudonym. An id that is guessed can be tested.",
)


def model_card(metadata, name):
    """Write the card of a saved model."""
    notes = metadata.notes
    if not notes.get("data"):
        raise InputError(
            "notes",
            "does not state what data the model was trained on",
            'give notes={"data": "...", "synthetic": True or False, "scores": ..., "limits": ...}',
        )
    synthetic = bool(notes.get("synthetic"))
    sections = {
        "Use": _use(metadata, name),
        "Data": f"{_text(notes['data'])}\n\n{_training_data(metadata)}",
        "Scores": _scores(metadata),
        "Limits": _list([*_LIMITS, *([_text(notes["limits"])] if "limits" in notes else [])]),
        "Notes": _list(
            f"{key}: {_text(value)}"
            for key, value in notes.items()
            if key not in ("data", "synthetic", "scores", "limits")
        ),
        "Made with": ", ".join(f"{key} {value}" for key, value in metadata.versions.items()),
    }
    tags = ["eeg", "seizure", "graph-neural-network", *(["synthetic-data"] if synthetic else [])]
    return "\n".join(
        [
            "---",
            f"library_name: mne_asgpf\ntags: {json.dumps(tags)}",
            "---",
            f"# {name}\n",
            f"{_what(metadata)}, made with mne_asgpf (doi:10.1109/TBME.2025.3605790).\n",
            *([_SYNTHETIC] if synthetic else []),
            *(f"## {title}\n\n{text}\n" for title, text in sections.items() if text),
        ]
    )


def _what(metadata):
    objective = getattr(metadata.estimator, "objective", None)
    return _KINDS[metadata.kind] + ("" if objective is None else f" (objective: {objective})")


def _use(metadata, name):
    estimator = metadata.estimator
    text = (
        f'```python\nfrom mne_asgpf import read_asgpf\n\nmodel = read_asgpf("{name}")\n```\n\n'
        f"It takes EEG in volts, as `mne.io.Raw` or windows of {estimator.clip_len:g} s at "
        f"{estimator.sfreq:g} Hz, from {', '.join(estimator.channels)}; up to "
        f"{estimator.max_missing} of them may be missing."
    )
    if metadata.kind == "classifier":
        meanings = {name: kind.name for name, kind in metadata.taxonomy.items()}
        text += "\n\n" + _table(
            [(name, meanings.get(name, "")) for name in metadata.classes], ["class", "meaning"]
        )
    return text


def _training_data(metadata):
    rows = [
        (
            data.estimator,
            len(data.recordings),
            len({one.patient for one in data.recordings} - {None}) or "unknown",
            f"{sum(one.seconds for one in data.recordings) / 3600:.1f}",
            sum(one.windows for one in data.recordings),
        )
        for data in metadata.training_data
    ]
    return _table(rows, ["estimator", "recordings", "patients", "hours", "windows"]) + (
        "\n\nThe hashes of the recordings are in `model.json`; "
        "`model.seen_patients([...])` returns whether each patient is among them."
    )


def _scores(metadata):
    metrics = [
        (key, f"{value:.4g}" if isinstance(value, float) else value)
        for key, value in metadata.metrics.items()
        if not key.endswith("_best") and key != "dur"
    ]
    scores = metadata.notes.get("scores")
    own = "On its own training and validation sets, in the selected epoch:\n\n"
    other = "On other data: " + (_text(scores) if scores else "not stated.")
    return (own + _table(metrics, ["figure", "value"]) + "\n\n" if metrics else "") + other


def _table(rows, columns):
    head = [columns, ["---"] * len(columns)]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [*head, *rows])


def _list(items):
    return "\n".join(f"- {item}" for item in items)


def _text(value):
    return value if isinstance(value, str) else json.dumps(value)
