"""
First prediction on a Raw
=========================

This example reads a recording with :func:`mne.io.read_raw`, predicts the types of its seizures and
plots one of them. The recordings are simulated, so that you do not need any data, and the model is
trained for a few seconds: the example shows the workflow, and its predictions are not reliable.
With your own model and files, you only need the sections *Read a recording* and *Predict*.
"""

# %%
# Train a model
# -------------
# Usually, you read a saved model: ``classifier = mne_asgpf.read_asgpf("model")``. Here, a small
# one is trained on eight synthetic patients.

import tempfile
from pathlib import Path

import mne
import numpy as np

from mne_asgpf import ASGPFClassifier, prepare_raw
from mne_asgpf.simulation import draw_patient, simulate_recording

mne.set_log_level("warning")


def simulate(i, seizure_type):
    """Simulate a recording with two seizures of a patient of this type."""
    patient = draw_patient(seizure_type, np.random.default_rng(i))
    raw, _ = simulate_recording([seizure_type] * 2, patient=patient, random_state=i)
    raw.info["subject_info"] = {"his_id": f"patient{i}"}
    return raw


training = [prepare_raw(simulate(i, ("fnsz", "absz")[i % 2])) for i in range(8)]
classifier = ASGPFClassifier(max_epochs=8, batch_size=8, random_state=0, verbose=0)
classifier.fit(training)

# %%
# Read a recording
# ----------------
# You can use any file that MNE-Python reads. This one has three channels more than the model needs
# and another sampling rate; the classifier picks the channels and resamples them.

folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "night.edf"
mne.export.export_raw(path, simulate(99, "absz"))
raw = mne.io.read_raw(path, preload=True)
print(raw.info["sfreq"], "Hz:", ", ".join(raw.ch_names))

# %%
# Predict
# -------
# You get the probability of each class for each window, or events with onset, duration and type.
# Detecting events is experimental; :ref:`sphx_glr_auto_examples_plot_given_events.py` types given
# seizures instead.

probabilities = classifier.predict_proba(raw)
print(", ".join(f"{c} {p:.2f}" for c, p in zip(classifier.classes_, probabilities[0], strict=True)))

annotations = classifier.predict_annotations(raw)
print(annotations.to_data_frame(time_format=None)[["onset", "duration", "description"]])

# %%
# Plot an event
# -------------
# Always inspect the EEG behind a result. ``type_recording`` returns the events together with the
# probabilities and graphs that led to them. The two seizures were simulated as absences; if the
# annotations above differ, the model, which has seen four patients of each type, is wrong.

typing = classifier.type_recording(raw)
events = typing.find_seizures()
typing.plot_event(events.iloc[0])

# %%
folder.cleanup()

# %%
# What next
# ---------
# To type seizures that a reader has marked, see
# :ref:`sphx_glr_auto_examples_plot_given_events.py`. To do all of this from the command line,
# with a report, use ``mne_asgpf predict night.edf --model MODEL --out results``.
