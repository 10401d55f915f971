"""
First prediction on a Raw
=========================

From a recording as :func:`mne.io.read_raw` gives it to typed events in a plot. The
recordings are simulated, so that the example needs no data, and the model is trained for
some seconds: look at the way, not at the score. With a model and files of your own,
only the sections *Read* and *Predict* remain.
"""

# %%
# A model
# -------
# Normally you read one: ``classifier = mne_asgpf.read_asgpf("model")``. Here a small one is
# trained on eight synthetic patients.

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
# Read
# ----
# Any file that mne reads will do. This one has three channels more than the model wants and a
# sampling rate of its own; the classifier picks and resamples by itself.

folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "night.edf"
mne.export.export_raw(path, simulate(99, "absz"))
raw = mne.io.read_raw(path, preload=True)
print(raw.info["sfreq"], "Hz:", ", ".join(raw.ch_names))

# %%
# Predict
# -------
# One class and its probability a window, or events with onset, duration and type. Finding
# events is experimental: the next example types seizures that somebody marked.

probabilities = classifier.predict_proba(raw)
print(", ".join(f"{c} {p:.2f}" for c, p in zip(classifier.classes_, probabilities[0], strict=True)))

annotations = classifier.predict_annotations(raw)
print(annotations.to_data_frame(time_format=None)[["onset", "duration", "description"]])

# %%
# Look
# ----
# A result is worth as much as the EEG below it. ``type_recording`` keeps what led to the answer.
# The two seizures were simulated as absences; where the annotations above say otherwise, the
# model, which has seen four patients of either type, is wrong.

typing = classifier.type_recording(raw)
events = typing.find_seizures()
typing.plot_event(events.iloc[0])

# %%
folder.cleanup()

# %%
# What next
# ---------
# :ref:`sphx_glr_auto_examples_plot_given_events.py` types seizures that a reader marked.
# ``mne_asgpf predict night.edf --model MODEL --out results`` does all of this from the command
# line and writes a report.
