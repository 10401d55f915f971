"""EEG in clinical montages: filtered, bipolar or referential, from left to right."""

from itertools import pairwise

import mne
import numpy as np

from ..channels import canonical_name

_MARGIN = 5.0  # s before and after, for the filter to settle

# Longitudinal chains, from the temple to the vertex, as electrodes from front to back.
_CHAINS = {
    "Left": (("Fp1", "F7", "T7", "P7", "O1"), ("Fp1", "F3", "C3", "P3", "O1")),
    "Midline": (("Fz", "Cz", "Pz"),),
    "Right": (("Fp2", "F4", "C4", "P4", "O2"), ("Fp2", "F8", "T8", "P8", "O2")),
}
#: The 18 derivations of the double banana by side of the head, as pairs of electrodes.
DOUBLE_BANANA = {
    side: [pair for chain in chains for pair in pairwise(chain)] for side, chains in _CHAINS.items()
}


def montage_signals(raw, tmin, tmax, *, montage, band):
    """Return a segment of EEG in a montage, from left to right, and the side of each trace."""
    # The "bipolar" montage is the double banana. Missing traces are NaN; channels with gaps are not
    # filtered.
    sfreq = raw.info["sfreq"]
    picks = mne.pick_types(raw.info, eeg=True, exclude=())
    first, last = raw.time_as_index([max(tmin - _MARGIN, 0), tmax + _MARGIN])
    last = min(last, raw.n_times - 1)
    names = [canonical_name(raw.ch_names[pick]) for pick in picks]
    info = mne.create_info(names, sfreq, "eeg")
    info["bads"] = [canonical_name(name) for name in raw.info["bads"] if name in raw.ch_names]
    signals = mne.io.RawArray(raw.get_data(picks, first, last + 1), info, verbose="error")
    complete = np.flatnonzero(np.isfinite(signals.get_data()).all(axis=1))
    if len(complete):
        high = band[1] if sfreq > 2 * band[1] else None
        signals.filter(band[0], high, picks=complete, method="iir", verbose="error")
    start = first / sfreq
    signals.crop(tmin - start, min(tmax - start, signals.times[-1]))
    return _bipolar(signals) if montage == "bipolar" else _referential(signals)


def has_derivations(ch_names):
    """Return whether channels, in any spelling, contain a pair of the double banana."""
    return bool(_pairs([canonical_name(name) for name in ch_names]))


def _pairs(names):
    return {
        pair: side
        for side, pairs in DOUBLE_BANANA.items()
        for pair in pairs
        if set(pair) <= set(names)
    }


def _bipolar(signals):
    # mne.set_bipolar_reference multiplies matrices, which would spread NaN to all channels.
    pairs = _pairs(signals.ch_names)
    data, places = signals.get_data(), {name: i for i, name in enumerate(signals.ch_names)}
    anodes, cathodes = np.array([[places[name] for name in pair] for pair in pairs]).T
    info = mne.create_info(["-".join(pair) for pair in pairs], signals.info["sfreq"], "eeg")
    info["bads"] = ["-".join(pair) for pair in pairs if {*pair} & {*signals.info["bads"]}]
    traces = mne.io.RawArray(data[anodes] - data[cathodes], info, verbose="error")
    return traces, list(pairs.values())


def _referential(signals):
    order = {
        name: side
        for side in _CHAINS
        for chain in _CHAINS[side]
        for name in chain
        if name in signals.ch_names
    }
    order |= dict.fromkeys([name for name in signals.ch_names if name not in order], "Other")
    return signals.pick(list(order)), list(order.values())
