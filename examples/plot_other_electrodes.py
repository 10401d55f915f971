"""
Handle missing channels and other montages
==========================================

No weight of ASGPF depends on the number or the order of the channels. This example trains a small
model on 19 electrodes of synthetic EEG, and shows how its predictions change if channels are
missing, renamed, in another order or at other positions.
"""

# %%
# Train a model
# -------------

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
# Predict with missing, bad and reordered channels
# ------------------------------------------------
# Channels are matched by name, so order and spelling do not matter. Up to four channels may be
# missing: they are NaN and excluded from graph and read-out, and the probabilities change by their
# contribution. A bad channel is treated as missing.

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
# If too many channels are missing, an error says what to do.

try:
    classifier.predict(raw.copy().pick(["Fp1", "Fp2", "C3", "C4", "O1", "O2"]))
except InputError as error:
    print(error)

# %%
# Use another montage
# -------------------
# You can train the estimators on any set of electrodes with known positions:
# ``ASGPFClassifier(channels=[...])``. With the module alone, you can use the same weights for
# different montages. Here, one set of weights returns logits for 19 and for 32 channels:

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
# For the effect of missing channels on scores, see the table of disturbed recordings in
# :doc:`/evidence`. To change the graph, see
# :ref:`sphx_glr_auto_examples_plot_starting_graph.py`.
