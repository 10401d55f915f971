"""
Pre-train without labels, then name seizures
============================================

Two stages on synthetic recordings: the first learns from EEG without labels which clips
follow each other, the second takes its encoder and learns the types from
annotations. The model is tiny and trained for a few epochs, so that the example runs in
a minute: look at the way, not at the score.
"""

# %%
# Recordings
# ----------
# Any list of :class:`mne.io.Raw` does, with seizures as annotations that are named
# after the types of TUSZ. Here they are simulated, eight patients with one type each.

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
# First stage: no labels
# ----------------------
# Options of the module are given skorch's way, with ``module__`` before them.

tiny = {"module__n_units": 16, "module__n_bins": 40, "module__n_propagation_steps": 1}
pretrainer = ASGPFPretrainer(
    max_epochs=2, lr=2e-3, batch_size=16, random_state=0, verbose=0, **tiny
)
pretrainer.fit(raws)

# %%
# It is a transformer, too: one embedding a window.

print(pretrainer.transform(raws[0]).shape)

# %%
# Second stage: types from annotations
# ------------------------------------

classifier = ASGPFClassifier(
    pretrained=pretrainer, max_epochs=8, lr=5e-3, batch_size=8, random_state=0, verbose=0
)
classifier.fit(raws)

# %%
# A recording that was not seen
# -----------------------------
# ``predict_proba`` gives probabilities and ``predict`` a class a window,
# ``predict_annotations`` seizures as :class:`mne.Annotations`; ``type_recording`` keeps what led
# to them. All follow one rule (:mod:`mne_asgpf.events.decide`): a window is a seizure where
# the seizure classes together have half of the probability, so the windows that ``predict``
# does not call background are those of the annotations.

unseen = simulate(99, "absz")
typing = classifier.type_recording(unseen)
annotations = classifier.predict_annotations(unseen)
table = pd.DataFrame(classifier.predict_proba(unseen), columns=classifier.classes_)
table.insert(0, "start", typing.starts)
table["predict"] = classifier.predict(unseen)
# The last window ends with the recording: what it adds is at its end.
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
# ``classifier.save("model")`` and ``mne_asgpf predict FILE.edf --model model
# --out results`` for files of your own.
