"""
Pre-train without labels, then classify seizures
================================================

This example has two stages. Pre-training learns from EEG without labels which clips follow each
other. Fine-tuning starts from the pre-trained encoder and learns the seizure types from
annotations. The recordings are synthetic, and the model is tiny and trained for a few epochs, so
that the example runs in a minute: it shows the workflow, and its predictions are not reliable.
"""

# %%
# Prepare recordings
# ------------------
# You can use any list of :class:`mne.io.Raw` whose seizures are annotated with the types of TUSZ.
# Here, they are simulated: eight patients with one type each.

import mne
import numpy as np
import pandas as pd

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer, prepare_raw
from mne_asgpf.simulation import draw_patient, simulate_recording

mne.set_log_level("warning")


def simulate(i, seizure_type):
    """Simulate a recording with two seizures of a patient of this type."""
    patient = draw_patient(seizure_type, np.random.default_rng(i))
    raw, _ = simulate_recording([seizure_type] * 2, patient=patient, random_state=i)
    raw = prepare_raw(raw)
    raw.info["subject_info"] = {"his_id": f"patient{i}"}
    return raw


types = ["fnsz", "gnsz", "absz", "tcsz"]
raws = [simulate(i, types[i % 4]) for i in range(8)]

# %%
# Pre-train without labels
# ------------------------
# As in skorch, pass options of the module with the prefix ``module__``.

tiny = {"module__n_units": 16, "module__n_bins": 40, "module__n_propagation_steps": 1}
pretrainer = ASGPFPretrainer(
    max_epochs=2, lr=2e-3, batch_size=16, random_state=0, verbose=0, **tiny
)
pretrainer.fit(raws)

# %%
# The pre-trainer is also a transformer, which returns one embedding per window.

print(pretrainer.transform(raws[0]).shape)

# %%
# Fine-tune a classifier on annotations
# -------------------------------------

classifier = ASGPFClassifier(
    pretrained=pretrainer, max_epochs=8, lr=5e-3, batch_size=8, random_state=0, verbose=0
)
classifier.fit(raws)

# %%
# Predict an unseen recording
# ---------------------------
# ``predict_proba`` returns the probabilities and ``predict`` the class of each window.
# ``predict_annotations`` returns the seizures as :class:`mne.Annotations`, and ``type_recording``
# also the results that led to them. All methods follow the same rule
# (:mod:`mne_asgpf.events.decide`): a window is a seizure if the seizure classes together have at
# least half of the probability. Therefore, the windows that ``predict`` does not classify as
# background are those of the annotations.

unseen = simulate(99, "absz")
typing = classifier.type_recording(unseen)
annotations = classifier.predict_annotations(unseen)
table = pd.DataFrame(classifier.predict_proba(unseen), columns=classifier.classes_)
table.insert(0, "start", typing.starts)
table["predict"] = classifier.predict(unseen)
# The last window overlaps the one before it, so only its end is new.
ends = table["start"] + typing.lengths
stops = annotations.onset + annotations.duration + 1e-6
table["annotated"] = [((annotations.onset < end) & (end <= stops)).any() for end in ends]
print(table.round(2))
print(annotations)
assert ((table["predict"] != "bckg") == table["annotated"]).all()

typing.plot_probabilities(typing.find_seizures())

# %%
# What next
# ---------
# To type your own files, save the classifier with ``classifier.save("model")`` and run
# ``mne_asgpf predict FILE.edf --model model --out results``.
