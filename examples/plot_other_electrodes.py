"""
Missing and other electrodes
============================

No weight of ASGPF depends on the number or the order of the channels. This example takes one
small model, trained on 19 electrodes of synthetic EEG, and shows what happens to its answers
when channels are missing, renamed, in another order or in other places.
"""

# %%
# A model and a recording
# -----------------------

import mne
import numpy as np
import pandas as pd
import torch

from mne_asgpf import ASGPF, ASGPFClassifier, InputError, prepare_raw
from mne_asgpf.simulation import draw_patient, simulate_recording

mne.set_log_level("error")


def simulate(i, seizure_type):
    """Simulate a recording with two seizures of a patient of this type."""
    patient = draw_patient(seizure_type, np.random.default_rng(i))
    raw, _ = simulate_recording([seizure_type] * 2, patient=patient, random_state=i)
    raw.info["subject_info"] = {"his_id": f"patient{i}"}
    return raw


training = [prepare_raw(simulate(i, ("fnsz", "absz")[i % 2])) for i in range(8)]
classifier = ASGPFClassifier(max_epochs=8, batch_size=8, random_state=0, verbose=0)
classifier.fit(training)
raw = simulate(99, "absz")

# %%
# The same recording in other forms
# ---------------------------------
# Channels are found by name: order and spelling change nothing. Up to four may be missing: they are
# NaN, enter neither graph nor read-out, and the probabilities move by what they would have said. A
# bad channel is a missing one.

older = {"T7": "T3", "T8": "T4", "P7": "T5", "P8": "T6"}
reordered = raw.copy().rename_channels(older)
reordered.reorder_channels(reordered.ch_names[::-1])
bad = raw.copy()
bad.info["bads"] = ["O1"]
forms = {
    "as it was": raw,
    "older names, reversed order": reordered,
    "O1 is bad": bad,
    "without Fz and Pz": raw.copy().drop_channels(["Fz", "Pz"], on_missing="ignore"),
    "without T7, T8, O1 and O2": raw.copy().drop_channels(["T7", "T8", "O1", "O2"]),
}
expected = classifier.predict_proba(raw)
rows = []
for name, form in forms.items():
    found = classifier.predict_proba(form)
    agree = (found.argmax(1) == expected.argmax(1)).mean()
    rows.append((name, np.abs(found - expected).max(), agree))
print(pd.DataFrame(rows, columns=["form", "largest change", "same class"]).round(4).to_string())

# %%
# Too many are an error that says what to do, not a guess.

try:
    classifier.predict(raw.copy().pick(["Fp1", "Fp2", "C3", "C4", "O1", "O2"]))
except InputError as error:
    print(error)

# %%
# Other montages
# --------------
# The estimators take any set of electrodes whose places are known, if they are trained on it:
# ``ASGPFClassifier(channels=[...])``. The module alone takes them directly. One set of
# weights gives logits for 19 and for 32 channels:

names = mne.channels.make_standard_montage("biosemi32").ch_names
chs_info = mne.create_info(names, 200, "eeg").set_montage("biosemi32")["chs"]
small = ASGPF(n_outputs=4, chs_info=training[0].info["chs"], n_times=2400, sfreq=200)
large = ASGPF(n_outputs=4, chs_info=chs_info, n_times=2400, sfreq=200)
large.load_state_dict(small.state_dict())
for model in (small, large):
    model.eval()
    with torch.no_grad():
        logits = model(1e-5 * torch.randn(1, model.n_chans, 2400))
    print(model.n_chans, "channels:", logits.numpy().round(2))

# %%
# What next
# ---------
# How much scores suffer is a question for data: the page on evidence has a table of disturbed
# recordings. :ref:`sphx_glr_auto_examples_plot_starting_graph.py` changes the graph.
