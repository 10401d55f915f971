"""Make the picture of the front page and the README from the output of the demo.

    mne_asgpf demo asgpf_demo
    python doc/_ext/front_picture.py asgpf_demo

Writes ``doc/_static/result.png``: an event of a synthetic patient that the model has never seen,
its class probabilities, the electrodes that speak for the class, and the learned graph.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import mne
import numpy as np

from mne_asgpf import read_asgpf, read_recording
from mne_asgpf.bids import find_bids_recordings, read_events_tsv
from mne_asgpf.labels import CLASS_NAMES
from mne_asgpf.viz import plot_event, plot_graph, plot_node_evidence

OUT = Path(__file__).parents[1] / "_static" / "result.png"


def find_focal(demo, classifier):
    """Find the first test recording in which a focal seizure was found and typed as such."""
    recordings = find_bids_recordings(demo / "bids")
    for row in recordings[recordings["split"] == "eval"].itertuples():
        raw = read_recording(row.path, events=read_events_tsv(row.events))
        typing = classifier.type_recording(raw)
        for event in typing.find_seizures().to_dict("records"):
            true = raw.annotations.description
            if event["label"] == "CF" and any(np.isin(true, ["fnsz", "spsz", "cpsz"])):
                return typing, event
    raise SystemExit("no focal seizure was found and typed as focal")


def draw(typing, event):
    """Draw the event, with what it rests on beside it."""
    figure = plt.figure(figsize=(12, 6.5), layout="constrained")
    grid = figure.add_gridspec(4, 4, width_ratios=(1.5, 1.5, 1, 1))
    traces = figure.add_subplot(grid[:3, :2])
    strip = figure.add_subplot(grid[3, :2], sharex=traces)
    topomap = figure.add_subplot(grid[:2, 2:])
    head, matrix = figure.add_subplot(grid[2:, 2]), figure.add_subplot(grid[2:, 3])
    plot_event(
        typing.raw,
        event,
        probabilities=typing.probabilities,
        classes=typing.classes,
        starts=typing.starts,
        clip_len=typing.clip_len,
        tmin=event["onset"] - 5,
        tmax=event["onset"] + 15,
        axes=(traces, strip),
        show=False,
    )
    window = np.abs(typing.starts - event["onset"]).argmin()
    names = typing.raw.copy().pick("eeg", exclude=()).ch_names
    evidence = typing.node_logits[window][:, list(typing.classes).index(event["label"])]
    plot_node_evidence(evidence, names, label="Evidence (logit)", axes=topomap, show=False)
    topomap.set_title(f"Evidence for {CLASS_NAMES[event['label']]}", fontsize=10)
    plot_graph(typing.graphs[window].mean(axis=0), names, axes=(head, matrix), show=False)
    head.set_title("Learned graph", fontsize=10)
    figure.suptitle("SYNTHETIC EEG of a patient that the model has never seen")
    return figure


def main():
    """Draw and save the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("demo", type=Path)
    mne.set_log_level("warning")
    demo = parser.parse_args().demo
    figure = draw(*find_focal(demo, read_asgpf(demo / "model")))
    figure.savefig(OUT, dpi=80)


if __name__ == "__main__":
    main()
