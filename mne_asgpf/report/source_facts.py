"""What a report says of the file that a recording comes from, read from its header alone."""

import json
from pathlib import Path

from mne.utils import _pl

from ..channels import derivation, electrode, match_channels, reference
from ..corpora.edf_header import read_edf_header
from ..errors import printable
from ..signals.recording import open_with_mne


def source_facts(raw, *, include_names=False):
    """Say at what rate and against which reference a recording was taken, and what is not used.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording as the model got it.
    include_names : bool
        Whether to name also channels that are neither electrodes nor derivations: their
        labels are free text, which may tell a patient.

    Returns
    -------
    facts : dict of str to str
        Facts by name; empty where the recording was not read from a file.
    """
    sfreqs, is_complete = _labels_and_rates(raw)
    labels = list(sfreqs)
    if not labels:
        return {}
    found = match_channels(labels, raw.ch_names).found
    used = [found[name] for name in raw.ch_names if name in found and name not in raw.info["bads"]]
    references = sorted({reference(label) for label in used} - {None})
    rates = ", ".join(f"{rate:g} Hz" for rate in sorted({sfreqs[label] for label in used}))
    facts = {
        "Sampling rate of the file": rates,
        "Reference that its channels state": ", ".join(references) or "none stated",
    }
    if is_complete:
        unused = [label for label in labels if label not in used]
        facts["Channels of the file not used"] = _told(unused, include_names)
    return facts


def _labels_and_rates(raw):
    """Give the rate by label of the file, and whether these are all its channels."""
    provenance = getattr(raw, "provenance", {})
    if "source_labels" in provenance:
        labels = json.loads(provenance["source_labels"]).values()
        return dict.fromkeys(labels, float(provenance["source_sfreq"])), False
    path = raw.filenames[0]
    if path is None or not Path(path).exists():
        return {}, False
    path = Path(path)
    if path.suffix.lower() in (".edf", ".bdf"):
        header = read_edf_header(path)
        return dict(zip(header.labels, header.sfreqs, strict=True)), True
    source = open_with_mne(path)
    return dict.fromkeys(source.ch_names, source.info["sfreq"]), True


def _told(labels, include_names):
    known = [label for label in labels if include_names or electrode(label) or derivation(label)]
    told = [printable(label) for label in known]
    if n_others := len(labels) - len(known):
        told.append(f"{n_others} that {_pl(n_others, 'is', 'are')} not EEG")
    return ", ".join(told) or "none"
