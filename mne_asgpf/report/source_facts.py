"""Facts about the source file of a recording, from its header."""

import json
from pathlib import Path

from mne.utils import _pl

from ..channels import derivation, electrode, match_channels, reference
from ..corpora.edf_header import read_edf_header
from ..corpora.recording_names import find_header
from ..errors import printable
from ..signals.recording import open_with_mne
from ..signals.signal_store import STORED, read_header


def source_facts(raw, *, include_names=False):
    """Describe the sampling rate and reference of the source file, and its unused channels."""
    # Labels that are neither electrodes nor derivations are free text, which may identify the
    # patient: they are named only with `include_names`.
    try:
        sfreqs, is_complete = _labels_and_rates(raw)
    except (OSError, ValueError):  # an InputError is a ValueError
        # The results are there already, and are worth more than these facts. The file may have
        # been replaced, or be the data file of a Raw that the user opened.
        return {}
    labels = list(sfreqs)
    if not labels:
        return {}
    found = match_channels(labels, raw.ch_names).found
    used = [found[name] for name in raw.ch_names if name in found and name not in raw.info["bads"]]
    references = sorted({reference(label) for label in used} - {None})
    rates = ", ".join(f"{rate:g} Hz" for rate in sorted({sfreqs[label] for label in used}))
    facts = {
        "Sampling rate of the file": rates,
        "Reference stated by its channels": ", ".join(references) or "not stated",
    }
    if is_complete:
        unused = [label for label in labels if label not in used]
        facts["Unused channels of the file"] = _listed(unused, include_names)
    return facts


def _labels_and_rates(raw):
    """Return the rate by label of the file, and whether these are all its channels."""
    path = raw.filenames[0]
    if path is None or not Path(path).exists():
        return {}, False
    path = find_header(path) or Path(path)  # of a Raw that mne opened
    if path.suffix == STORED:
        provenance = read_header(path).provenance
        labels = json.loads(provenance.get("source_labels", "{}")).values()
        return dict.fromkeys(labels, float(provenance.get("source_sfreq", "nan"))), False
    if path.suffix.lower() in (".edf", ".bdf"):
        header = read_edf_header(path)
        return dict(zip(header.labels, header.sfreqs, strict=True)), True
    source = open_with_mne(path)
    return dict.fromkeys(source.ch_names, source.info["sfreq"]), True


def _listed(labels, include_names):
    known = [label for label in labels if include_names or electrode(label) or derivation(label)]
    names = [printable(label) for label in known]
    if n_others := len(labels) - len(known):
        names.append(f"{n_others} that {_pl(n_others, 'is', 'are')} not EEG")
    return ", ".join(names) or "none"
