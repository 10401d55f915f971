"""
Use your own starting graph
===========================

The learned graph starts from a given one: by default, the correlation of the spectra, or else
coherence, electrode distance, no edges at all, or your own weights. This example defines a graph
by a rule, trains with it, and shows how long it influences the learned graph. The data are
synthetic.
"""

# %%
# Define a graph
# --------------
# If the graph depends on the electrodes only, write it as a matrix in the order of the channels.
# Here, electrodes of the same hemisphere are connected, and the midline is connected to all
# electrodes:

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
# If the graph has to be computed from the signals of each clip, add a file to
# ``mne_asgpf/models/graphs`` and a line to the table in that folder.
#
# Train with each graph
# ---------------------
# ``module__graph`` takes the name of a graph, or the weights as lists, which are saved with the
# model.


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
        module__graph=graph, background=0, max_epochs=3, batch_size=8, random_state=0, verbose=0
    ).fit(training)
    typing = classifier.type_recording(unseen)
    first_seconds[name] = typing.graphs[0]
    print(f"{name:>12}: training loss {classifier.history[-1, 'train_loss']:.3f}")

# %%
# Plot the influence of the starting graph
# ----------------------------------------
# Each second keeps 30 % of the previous graph. After a few seconds, the starting graph has faded,
# and the weights of the model determine the graph. The figure shows the correlation of the graph
# of each second with the rule:

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
# On the synthetic task of the benchmark, it makes no measurable difference whether the graph
# starts from correlation or distance. To constrain the learned graph, use
# ``module__graph_sparsity`` and the other options of :class:`mne_asgpf.ASGPF` for regularisation.
