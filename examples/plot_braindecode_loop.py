"""
ASGPF in a braindecode loop
===========================

ASGPF works like any braindecode model: with the same windows, the same
:class:`braindecode.EEGClassifier` and the same training loop. The dataset is synthetic and small,
and each model is trained for a few epochs with a single setting. The example shows how to call the
models; its scores do not tell which one is better.
"""

# %%
# Cut windows
# -----------
# :func:`mne_asgpf.typed_windows` cuts clips by the published rules; you can also use your own
# braindecode windows. They are in volts, and missing channels are NaN. Other models need larger
# numbers without NaN, so the transform converts to microvolts and replaces NaN with 0.

import mne
import numpy as np
import torch
from braindecode import EEGClassifier
from braindecode.models import EEGNet, ShallowFBCSPNet
from sklearn.metrics import f1_score

from mne_asgpf import ASGPF, prepare_raw, typed_windows
from mne_asgpf.simulation import draw_patient, simulate_recording

mne.set_log_level("warning")


def simulate(i, seizure_type):
    """Simulate a recording with two seizures of a patient of this type."""
    patient = draw_patient(seizure_type, np.random.default_rng(i))
    raw, _ = simulate_recording([seizure_type] * 2, patient=patient, random_state=i)
    raw.info["subject_info"] = {"his_id": f"patient{i}"}
    return prepare_raw(raw)


types = ["fnsz", "absz"]


def in_microvolts(signals):
    """Convert volts to microvolts and replace NaN with 0."""
    return np.nan_to_num(1e6 * signals)


def windows_of(patients):
    """Cut all clips of the seizures of some patients."""
    raws = [simulate(i, types[i % 2]) for i in patients]
    windows = typed_windows(raws, first_clip_only=False)
    windows.transform = in_microvolts
    return windows


train, test = windows_of(range(12)), windows_of(range(100, 106))
y_train, y_test = (w.get_metadata()["target"].to_numpy() for w in (train, test))
print(len(train), "clips to train on,", len(test), "to test on; classes", train.classes)

# %%
# Train and score the models
# --------------------------
# ``chs_info`` tells ASGPF the positions of the electrodes, and ``input_unit`` the unit of the
# signals. EEGClassifier infers the other sizes from the windows.

channels = train.datasets[0].raw.info["chs"]
for module, options in (
    (ASGPF, {"module__chs_info": channels, "module__sfreq": 200, "module__input_unit": "uV"}),
    (EEGNet, {}),
    (ShallowFBCSPNet, {}),
):
    torch.manual_seed(0)
    net = EEGClassifier(
        module,
        optimizer=torch.optim.Adam,
        max_epochs=12,
        lr=4e-3,
        batch_size=8,
        train_split=None,
        classes=list(range(len(train.classes))),
        module__n_outputs=len(train.classes),
        verbose=0,
        **options,
    )
    net.fit(train, y=None)
    score = f1_score(y_test, net.predict(test), average="weighted")
    size = sum(p.numel() for p in net.module_.parameters())
    print(f"{module.__name__:>16}: weighted F1 {score:.2f}, {size} parameters")

# %%
# What next
# ---------
# For comparisons with enough data, see :doc:`/evidence`. To use a pre-trained encoder, or to pass
# ``Raw`` objects, use :class:`mne_asgpf.ASGPFClassifier` instead of EEGClassifier:
# :ref:`sphx_glr_auto_examples_plot_pretrain_and_type.py`.
