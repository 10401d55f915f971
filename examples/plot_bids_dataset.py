"""
A BIDS dataset, end to end
==========================

From a BIDS dataset to scores on patients that the model has not seen, and to BIDS events of its
own. The dataset is synthetic and small: sixteen patients, written as EDF files.
"""

# %%
# A dataset
# ---------
# If you have one, skip this. Here a corpus in the layout of TUSZ is simulated and converted.

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
# Recordings that cannot be used are named with the reason; the others are processed.
#
# Can the split be trusted?
# -------------------------

audit = audit_splits(find_recordings(corpus, cache=False), content=False)
print(audit.splits[["split", "patients", "recordings"]].to_string(index=False))
print(len(audit.leaks), "patients are in more than one split")

# %%
# Read
# ----
# One row a recording; events in words of your own need ``label_map``.

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
# Beside the model stands what it has to beat: a logistic regression of the spectrum. With so few
# patients the intervals say that nothing can be concluded.

classifier = ASGPFClassifier(
    max_epochs=6, batch_size=16, train_split=None, random_state=0, verbose=0
).fit(train)
X, y, _ = clip_arrays(typed_windows(train, first_clip_only=False))
systems = {"ASGPF": classifier, "spectrum only": spectrum_baseline().fit(X, y)}
print(scores_table(score_windows(systems, typed_windows(test))).round(2).to_string())

# %%
# Write events
# ------------
# As BIDS and SzCORE files and as annotations of mne, ready for ``derivatives``.

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
# The same from the command line: ``mne_asgpf check``, ``prepare``, ``pretrain``, ``train``,
# ``evaluate`` and ``predict``, each on the dataset's folder. For recordings without labels, see
# :ref:`sphx_glr_auto_examples_plot_pretrain_and_type.py`.
