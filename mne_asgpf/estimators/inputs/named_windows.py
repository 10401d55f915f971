"""Windows with channel names: Epochs, and the windows datasets of braindecode."""

from itertools import chain

import mne
import numpy as np
import pandas as pd
from torch.utils.data import ConcatDataset, Subset

from ...errors import InputError
from ...signals.channel_picks import pick_channels
from .window_set import PickedChannels, WindowSet

# Names of the patient in braindecode's datasets and in those of this package.
_PATIENT = ("patient", "subject")


def epochs_windows(epochs, *, channels, sfreq, max_missing):
    """Convert Epochs, with channels picked by name."""
    picks = _pick("Epochs", epochs.info, channels, sfreq, max_missing)
    rows = [row for row, label in enumerate(picks.values()) if label is not None]
    signals = epochs.get_data(picks=[label for label in picks.values() if label is not None])
    X = np.full((len(epochs), len(picks), len(epochs.times)), np.nan, np.float32)
    X[:, rows] = signals
    names = {code: name for name, code in epochs.event_id.items()}
    patients = _patients(epochs.metadata)
    if patients is None and (known := (epochs.info["subject_info"] or {}).get("his_id")):
        patients = [known] * len(epochs)
    return WindowSet(X, labels=[names[code] for code in epochs.events[:, 2]], patients=patients)


def dataset_windows(dataset, *, channels, sfreq, max_missing):
    """Convert a windows dataset, with channels picked by name if they have names."""
    picks = {}

    def picked(part):
        if isinstance(part, Subset):
            return Subset(picked(part.dataset), part.indices)
        if isinstance(part, ConcatDataset):
            return ConcatDataset([picked(one) for one in part.datasets])
        info = _info(part)
        if info is None:
            return part
        key = (*info["ch_names"], None, *info["bads"], info["sfreq"])
        if key not in picks:  # one message for all recordings with the same channels
            labels = _pick("windows dataset", info, channels, sfreq, max_missing).values()
            picks[key] = [None if name is None else info["ch_names"].index(name) for name in labels]
        in_order = picks[key] == list(range(len(info["ch_names"])))
        return part if in_order else PickedChannels(part, picks[key])

    metadata = _metadata(dataset)
    classes = _classes(dataset)
    if metadata is None:
        targets = np.array([dataset[i][1] for i in range(len(dataset))])
    else:
        targets = metadata["target"].to_numpy()
    if np.issubdtype(targets.dtype, np.number) and (targets < 0).all():
        labels = None  # windows without labels
    else:
        labels = targets if classes is None else np.asarray(classes)[targets]
    return WindowSet(picked(dataset), labels=labels, patients=_patients(metadata), classes=classes)


def _pick(where, info, channels, sfreq, max_missing):
    if info["sfreq"] != sfreq:
        raise InputError(
            where,
            f"the sampling rate is {info['sfreq']:g} Hz, not {sfreq:g} Hz",
            "give the Raws: they are resampled before windows are cut",
        )
    return pick_channels(
        where, info["ch_names"], info["bads"], channels=channels, max_missing=max_missing
    )


def _info(dataset):
    """Return the info of the Epochs or Raw of a braindecode dataset."""
    for name in ("windows", "raw"):
        source = getattr(dataset, name, None)
        if isinstance(source, (mne.BaseEpochs, mne.io.BaseRaw)):
            return source.info
    return None


def _metadata(dataset):
    if isinstance(dataset, Subset):
        metadata = _metadata(dataset.dataset)
        return None if metadata is None else metadata.iloc[list(dataset.indices)]
    if hasattr(dataset, "get_metadata"):
        return dataset.get_metadata()
    if isinstance(dataset, ConcatDataset):
        return _joined_metadata(dataset)
    metadata = getattr(dataset, "metadata", None)
    about = getattr(dataset, "description", None)
    if metadata is None or about is None:
        return metadata
    return metadata.assign(**{name: about[name] for name in _PATIENT if name in about})


def _joined_metadata(dataset):
    """Join the metadata of datasets, with targets that are indices into the joined classes."""
    classes, joined = _classes(dataset), []
    for part in dataset.datasets:
        metadata, own = _metadata(part), _classes(part)
        if metadata is None:
            metadata = pd.DataFrame({"target": [int(part[i][1]) for i in range(len(part))]})
        if own is not None and classes is not None:
            places = {code: classes.index(name) for code, name in enumerate(own)}
            target = [places.get(code, code) for code in metadata["target"]]
            metadata = metadata.assign(target=target)
        joined.append(metadata)
    return pd.concat(joined, ignore_index=True)


def _classes(dataset):
    if isinstance(dataset, Subset):
        return _classes(dataset.dataset)
    classes = getattr(dataset, "classes", None)
    if classes is None and isinstance(dataset, ConcatDataset):
        of_parts = [_classes(part) for part in dataset.datasets]
        if not any(names is None for names in of_parts):
            classes = tuple(dict.fromkeys(chain.from_iterable(of_parts)))
    return classes


def _patients(metadata):
    for name in _PATIENT:
        if metadata is not None and name in metadata:
            return metadata[name].to_numpy()
    return None
