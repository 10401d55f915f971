"""
Compare learned graphs between seizure types
============================================

For each second, the model computes a graph: how strongly each electrode is influenced by every
other one. This example averages these graphs over the seizures of each type. All recordings are
synthetic, and the model is small: the figures show what a model does, not the epileptic network of
a patient.
"""

# %%
# Train a model
# -------------

import matplotlib.pyplot as plt
import mne
import numpy as np
import torch

from mne_asgpf import ASGPFClassifier, prepare_raw, typed_windows
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.labels import CLASS_NAMES
from mne_asgpf.simulation import draw_patient, simulate_recording
from mne_asgpf.viz import plot_graph

mne.set_log_level("warning")


def simulate(i, seizure_type):
    """Simulate a recording with two seizures of a patient of this type."""
    patient = draw_patient(seizure_type, np.random.default_rng(i))
    raw, _ = simulate_recording([seizure_type] * 2, patient=patient, random_state=i)
    raw.info["subject_info"] = {"his_id": f"patient{i}"}
    return prepare_raw(raw)


types = ["fnsz", "gnsz", "absz", "tcsz"]
classifier = ASGPFClassifier(background=0, max_epochs=7, batch_size=8, random_state=0, verbose=0)
classifier.fit([simulate(i, types[i % 4]) for i in range(16)])

# %%
# Compute the graphs of unseen seizures
# -------------------------------------
# The method ``explain_clip`` of the module returns the logits and the graph of each second.

windows = typed_windows([simulate(100 + i, types[i % 4]) for i in range(8)])
model = classifier.module_.eval()
graphs = {}
for signals, target, _ in windows:
    clip = model.signals_to_graphs(torch.from_numpy(signals)[None])
    with torch.no_grad():
        of_clip = model.explain_clip(clip).graphs[0]
    length = int(clip.lengths[0])
    graphs.setdefault(windows.classes[target], []).append(of_clip[:length].mean(0).numpy())
means = {name: np.nanmean(of_type, axis=0) for name, of_type in graphs.items()}

# %%
# Plot the differences
# --------------------
# The mean graphs are similar, because most of a graph is common to all EEG. To see where the types
# differ, subtract the mean over the types and plot the rest on one scale.

common = np.mean(list(means.values()), axis=0)
largest = max(np.abs(mean - common).max() for mean in means.values())
figure, panels = plt.subplots(1, len(means), figsize=(3 * len(means), 3.2), layout="constrained")
for axes, (name, mean) in zip(panels, means.items(), strict=True):
    image = axes.imshow(mean - common, cmap="RdBu_r", vmin=-largest, vmax=largest)
    axes.set(title=CLASS_NAMES[name], xticks=range(len(ELECTRODES)), yticks=range(len(ELECTRODES)))
    axes.set_xticklabels(ELECTRODES, rotation=90, fontsize=6)
    axes.set_yticklabels(ELECTRODES, fontsize=6)
figure.colorbar(image, ax=panels, label="Weight less the mean of the types", shrink=0.8)

# %%
# Plot one type on the head
# -------------------------

name = next(iter(means))
plot_graph(means[name], ELECTRODES)

# %%
# What next
# ---------
# ``python benchmarks/learned_graphs.py`` tests whether the graphs of synthetic focal seizures
# follow the simulated spread. They do to some extent: see :doc:`/tasks` for the figures. To
# change the graph that the learned ones start from, see
# :ref:`sphx_glr_auto_examples_plot_starting_graph.py`.
