"""Annotations without free text, which may identify the patient."""

import mne
import numpy as np
from mne.utils import logger

from ..channels import derivation, electrode
from ..event_table import canonical_label
from ..labels import CLASS_NAMES

_BAD = "BAD_"  # the prefix of times that mne rejects; the rest is free text
_MARKS = ("BAD_ACQ_SKIP", "BAD boundary", "EDGE boundary")
_EXTRAS = ("confidence", "type_share", *(f"p_{name}" for name in CLASS_NAMES))


def known_annotations(annotations, known=()):
    """Keep annotations with a known description, and bad ones as ``"BAD_"``."""
    # Of their channels only electrodes are kept, of their extras only numbers and channels that
    # this package writes.
    known = {*CLASS_NAMES, *_MARKS, _BAD, *known}
    texts = [
        _BAD if text.upper().startswith("BAD") and text not in known else canonical_label(text)
        for text in annotations.description
    ]
    kept = np.flatnonzero([text in known for text in texts])
    if len(kept) < len(annotations):
        logger.info("Removed %d annotations with unknown text.", len(annotations) - len(kept))
    return mne.Annotations(
        annotations.onset[kept],
        annotations.duration[kept],
        [texts[i] for i in kept],
        orig_time=annotations.orig_time,
        ch_names=[_known_channels(annotations.ch_names[i]) for i in kept],
        extras=[_known_extras(annotations.extras[i] or {}) for i in kept],
    )


def _known_channels(names):
    return [
        name for name in names if electrode(name) or (derivation(name) and name.count("-") == 1)
    ]


def _known_extras(extras):
    kept: dict = {
        name: value
        for name, value in extras.items()
        if name in _EXTRAS and isinstance(value, (int, float))
    }
    if names := extras.get("channels"):
        kept["channels"] = ",".join(_known_channels(str(names).split(",")))
    return kept
