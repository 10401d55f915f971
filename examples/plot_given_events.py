"""
Type given seizures
===================

A reader or a detector has marked the times of the seizures, and the model predicts their types.
This is the task that ASGPF was published for. All data are simulated, and the model is small.
"""

# %%
# Train a model on two types
# --------------------------
# The times of the seizures are given, so the model does not have to distinguish seizures from
# background: ``background=0``.

import tempfile
from pathlib import Path

import mne
import numpy as np

from mne_asgpf import ASGPFClassifier, prepare_raw
from mne_asgpf.events import read_events
from mne_asgpf.simulation import draw_patient, simulate_recording

mne.set_log_level("warning")


def simulate(i, seizure_type):
    """Simulate a recording with two seizures of a patient of this type."""
    patient = draw_patient(seizure_type, np.random.default_rng(i))
    raw, events = simulate_recording([seizure_type] * 2, patient=patient, random_state=i)
    raw.info["subject_info"] = {"his_id": f"patient{i}"}
    return prepare_raw(raw), events


training = [simulate(i, ("fnsz", "absz")[i % 2])[0] for i in range(10)]
classifier = ASGPFClassifier(
    background=0, max_epochs=10, batch_size=8, random_state=0, verbose=0
).fit(training)
print("classes:", classifier.classes_)

# %%
# Read the reader's events
# ------------------------
# The events are in a BIDS events.tsv with the reader's own labels. ``label_map`` maps them to
# known labels; ``seiz`` is a seizure of unknown type. Events that are not seizures are left out,
# with the reason.

raw, truth = simulate(99, "absz")
rows = [f"{e.onset:.1f}\t{e.duration:.1f}\tSeizure" for e in truth.itertuples()]
rows.append("3.0\t0.5\tEye blink")
folder = tempfile.TemporaryDirectory()
marks = Path(folder.name) / "marks_events.tsv"
marks.write_text("onset\tduration\ttrial_type\n" + "\n".join(rows) + "\n", encoding="utf-8")

events = read_events(marks, label_map={"Seizure": "seiz", "Eye blink": "bckg"})
print(events[["onset", "duration", "label"]])

# %%
# Predict types and their confidence
# ----------------------------------
# Each seizure is typed by the clip at its onset. The columns ``p_...`` have the probability of
# each type, given that there is a seizure.

typed = classifier.type_events(raw, events)
print(typed.drop(columns=["channels"], errors="ignore").round(2).to_string())
print("left out:", typed.attrs["left_out"])
print("simulated as:", truth["label"].tolist())

# %%
# As annotations, you can see them in MNE-Python's browser and save them with the recording.

annotations = classifier.predict_annotations(raw, events=events)
raw.set_annotations(annotations)
raw.plot(start=max(0, typed["onset"].iloc[0] - 3), duration=15, scalings={"eeg": 100e-6})

# %%
folder.cleanup()

# %%
# What next
# ---------
# From the command line, use ``mne_asgpf predict FILE --events marks.tsv --label "Seizure=seiz"
# --model MODEL --out results``. If you have few labelled patients, see
# :ref:`sphx_glr_auto_examples_plot_pretrain_and_type.py`.
