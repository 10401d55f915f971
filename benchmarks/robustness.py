"""How a model scores when recordings are not what it was trained on.

    mne_asgpf demo DIR
    python benchmarks/robustness.py DIR [--out doc/benchmarks/robustness.tsv]

Takes the demo's model and the patients it has never seen, and disturbs their recordings before
they are prepared. The spectrum-only baseline is trained as in the demo and scored on the same
clips. All data is synthetic; ``robustness_eegmat.py`` does the same to real EEG.
"""

import argparse
from pathlib import Path

import mne
import numpy as np
import pandas as pd

from mne_asgpf import prepare_raw, read_asgpf, read_recording, typed_windows
from mne_asgpf.bids import find_bids_recordings, read_events_tsv
from mne_asgpf.evaluation import clip_arrays, score_typing, spectrum_baseline

_OLDER_NAMES = {"T7": "T3", "T8": "T4", "P7": "T5", "P8": "T6"}


def without(*names):
    """Make a function that takes electrodes out."""
    # A patient may lack Fz or Pz from the start.
    return lambda raw, rng: raw.drop_channels(names, on_missing="ignore")


def shuffled(raw, rng):
    """Bring the channels into another order, under the older names."""
    raw.rename_channels(_OLDER_NAMES)
    return raw.reorder_channels(list(rng.permutation(raw.ch_names)))


def noisy(volts):
    """Make a function that adds white noise of a standard deviation in volts."""

    def add(raw, rng):
        return raw.apply_function(lambda x: x + volts * rng.standard_normal(x.shape))

    return add


def with_mains(raw, rng):
    """Add the mains, 50 Hz of 20 uV, the same in all channels."""
    return raw.apply_function(lambda x: x + 20e-6 * np.sin(2 * np.pi * 50 * raw.times))


def at_rate(sfreq):
    """Make a function that resamples."""
    return lambda raw, rng: raw.resample(sfreq)


def average_reference(raw, rng):
    """Make the reference the average of the electrodes at hand."""
    bads = raw.info["bads"]
    return raw.drop_channels(bads).set_eeg_reference("average", projection=False)


DISTURBANCES = {
    "nothing": lambda raw, rng: raw,
    "channels in another order, T3 for T7 and so on": shuffled,
    "Fz and Pz missing": without("Fz", "Pz"),
    "T7 and O2 missing": without("T7", "O2"),
    "recorded at 512 Hz": at_rate(512),
    "recorded at 128 Hz": at_rate(128),
    "average reference": average_reference,
    "white noise of 5 µV": noisy(5e-6),
    "white noise of 20 µV": noisy(20e-6),
    "mains of 20 µV": with_mains,
}


def disturbed(raw, disturb, seed):
    """Disturb a recording and prepare it anew."""
    raw.drop_channels(raw.info["bads"])  # missing ones: prepare_raw puts them back
    return prepare_raw(disturb(raw, np.random.default_rng(seed)))


def read(recordings, disturb, seed):
    """Read recordings, disturb them and prepare them anew."""
    raws = []
    for row in recordings.itertuples():
        raw = read_recording(row.path, events=read_events_tsv(row.events))
        patient = raw.info["subject_info"]["his_id"]
        raw = disturbed(raw, disturb, seed)
        raw.info["subject_info"] = {"his_id": patient}
        raws.append(raw)
    return raws


def main():
    """Score under each disturbance and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("demo", type=Path, metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    mne.set_log_level("ERROR")
    recordings = find_bids_recordings(options.demo / "bids")
    is_held_out = recordings["split"] == "eval"
    training = read(recordings[~is_held_out], DISTURBANCES["nothing"], options.seed)
    X, y, _ = clip_arrays(typed_windows(training, first_clip_only=False))
    systems = {
        "ASGPF, pre-trained": read_asgpf(options.demo / "model"),
        "spectrum only": spectrum_baseline(random_state=options.seed).fit(X, y),
    }
    rows = []
    for name, disturb in DISTURBANCES.items():
        raws = read(recordings[is_held_out], disturb, options.seed)
        for system, scores in score_typing(systems, raws, random_state=options.seed).items():
            table = scores.to_data_frame().rename(
                columns={"low": "weighted_f1_low", "high": "weighted_f1_high"}
            )
            rows.append(table.assign(disturbance=name, system=system))
    columns = ["disturbance", "system", "weighted_f1", "weighted_f1_low", "weighted_f1_high"]
    table = pd.concat(rows)[[*columns, "n_clips", "n_patients"]]
    print(table.round(3).to_string(index=False))
    if options.out:
        text = table.to_csv(sep="\t", index=False, float_format="%.4f", lineterminator="\n")
        note = "# SYNTHETIC patients: the demo's model, seed 0, on those it has never seen.\n"
        options.out.write_text(note + text, encoding="utf-8")


if __name__ == "__main__":
    main()
