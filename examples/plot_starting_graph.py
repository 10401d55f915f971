"""
A starting graph of your own
============================

The graph that the model learns starts from one that is given: correlation of the spectra
by default, or coherence, electrode distance, no edges at all, or weights of your own. This
example makes one from a rule, trains with it and looks at it. The data is synthetic.
"""

# %%
# Two ways to your own graph
# --------------------------
# If the graph is a rule about electrodes, it is a matrix in the order of the channels. Here
# electrodes of one hemisphere are joined, and the midline with all:

import matplotlib.pyplot as plt
import mne
import numpy as np
import torch

from mne_asgpf import ASGPFClassifier, prepare_raw
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.simulation import draw_patient, simulate_recording
from mne_asgpf.viz import plot_graph

mne.set_log_level("warning")


def side(name):
    """Give -1 for the left hemisphere, 1 for the right one and 0 for the midline."""
    if name.endswith("z"):
        return 0
    return -1 if int(name[-1]) % 2 else 1


sides = np.array([side(name) for name in ELECTRODES])
hemispheres = (sides[:, None] * sides >= 0).astype(float)
plot_graph(hemispheres, ELECTRODES, top=1)

# %%
# If it has to be computed from the signals of each clip, it is one new file in
# ``mne_asgpf/models/graphs`` and one line in the table of that folder.
#
# Train with each
# ---------------
# ``module__graph`` takes the name of a graph or the weights as lists, which a saved model keeps.


def simulate(i, seizure_type):
    """Simulate a recording with two seizures of a patient of this type."""
    patient = draw_patient(seizure_type, np.random.default_rng(i))
    raw, _ = simulate_recording([seizure_type] * 2, patient=patient, random_state=i)
    raw.info["subject_info"] = {"his_id": f"patient{i}"}
    return prepare_raw(raw)


training = [simulate(i, ("fnsz", "absz")[i % 2]) for i in range(8)]
unseen = simulate(99, "absz")
starts = {"correlation": "correlation", "distance": "distance", "my rule": hemispheres.tolist()}
first_seconds = {}
for name, graph in starts.items():
    classifier = ASGPFClassifier(
        module__graph=graph, background=0, max_epochs=4, batch_size=8, random_state=0, verbose=0
    ).fit(training)
    typing = classifier.type_recording(unseen)
    first_seconds[name] = typing.graphs[0]
    print(f"{name:>12}: training loss {classifier.history[-1, 'train_loss']:.3f}")

# %%
# How long the start is seen
# --------------------------
# Each second keeps 30 % of the graph before it, so that the start has faded after a few seconds
# and the model's own weights decide. Correlation of the graph of each second with the start:

figure, axes = plt.subplots(layout="constrained")
off_diagonal = ~np.eye(len(ELECTRODES), dtype=bool)
start = hemispheres[off_diagonal]
for name, graphs in first_seconds.items():
    graphs = torch.as_tensor(graphs).numpy()
    likeness = [np.corrcoef(start, graph[off_diagonal])[0, 1] for graph in graphs]
    axes.plot(np.arange(len(likeness)) + 1, likeness, label=name)
axes.set(xlabel="Second of the window", ylabel="Correlation with my rule")
axes.legend(title="Starting graph")
plt.show()

# %%
# What next
# ---------
# On the synthetic task of the benchmark it makes no measurable difference whether the graph starts
# from correlation or distance. ``module__graph_sparsity`` and its siblings say what a learned
# graph should be like.
