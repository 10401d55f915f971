"""
A BIDS dataset, end to end
==========================

This example trains a classifier on a BIDS dataset, scores it on held-out patients and writes its
events as BIDS files. The dataset is synthetic and small: sixteen patients, written as EDF files.
"""

# %%
# Simulate a dataset
# ------------------
# Skip this section if you have a dataset. Here, a corpus in the layout of TUSZ is simulated and
# converted to BIDS.

import logging
import tempfile
from pathlib import Path

import mne

from mne_asgpf import (
    ASGPFClassifier,
    audit_splits,
    convert_to_bids,
    find_recordings,
    read_recording,
    simulate_corpus,
    typed_windows,
)
from mne_asgpf.bids import find_bids_recordings, read_events_tsv
from mne_asgpf.evaluation import clip_arrays, score_windows, scores_table, spectrum_baseline
from mne_asgpf.events import write_events

mne.set_log_level("error")
logging.getLogger("mne").setLevel(logging.ERROR)

folder = tempfile.TemporaryDirectory()
corpus, dataset = Path(folder.name) / "corpus", Path(folder.name) / "dataset"
simulate_corpus(corpus, n_patients=16, random_state=0)
converted = convert_to_bids(corpus, dataset)
print(converted["outcome"].value_counts().to_string())
print(converted.loc[converted["outcome"] == "refused", "problem"].to_string())

# %%
# Recordings that cannot be used are listed with the reason, and the others are processed.
#
# Audit the split
# ---------------
# A patient in more than one split would make the scores too high.

audit = audit_splits(find_recordings(corpus, cache=False), content=False)
print(audit.splits[["split", "patients", "recordings"]].to_string(index=False))
print(len(audit.leaks), "patients are in more than one split")

# %%
# Read the recordings
# -------------------
# The table has one row per recording. If the events use your own labels, map them with
# ``label_map``.

recordings = find_bids_recordings(dataset)


def read(split):
    """Read the recordings of a split, with their events as annotations."""
    rows = recordings[recordings["split"] == split]
    return [read_recording(r.path, events=read_events_tsv(r.events)) for r in rows.itertuples()]


train, test = read("train") + read("dev"), read("eval")
print(len(train), "recordings to train on,", len(test), "to test on")

# %%
# Train and score
# ---------------
# The baseline that the model has to beat is a logistic regression on the spectrum. With so few
# patients, the intervals are too wide for any conclusion.

classifier = ASGPFClassifier(
    max_epochs=4, batch_size=16, train_split=None, random_state=0, verbose=0
).fit(train)
X, y, _ = clip_arrays(typed_windows(train, first_clip_only=False))
systems = {"ASGPF": classifier, "spectrum only": spectrum_baseline().fit(X, y)}
print(scores_table(score_windows(systems, typed_windows(test))).round(2).to_string())

# %%
# Write events
# ------------
# Events are written as BIDS and SzCORE files and as MNE annotations, to the ``derivatives``
# folder.

events = classifier.type_recording(test[0]).find_seizures()
paths = write_events(
    events, dataset / "derivatives" / "mne_asgpf", "sub-1", recording_duration=test[0].duration
)
for kind, path in paths.items():
    print(f"{kind:>12}: {path.name}")

# %%
folder.cleanup()

# %%
# What next
# ---------
# To do the same from the command line, use ``mne_asgpf check``, ``prepare``, ``pretrain``,
# ``train``, ``evaluate`` and ``predict``. For recordings without labels, see
# :ref:`sphx_glr_auto_examples_plot_pretrain_and_type.py`.
