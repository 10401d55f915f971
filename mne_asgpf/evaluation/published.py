"""Published results on TUSZ v1.5.2: weighted F1 of seizure types, 12-s clips."""

import pandas as pd

_ASGPF = "README of ASGPF; the test list is not stated"
_TANG = "Tang et al., ICLR 2022"
_COUNTED = "counted from the published lists"

#: One row per result: ``system``, ``classes``, ``weighted_f1`` (a range if several were given)
#: and ``source``. Splits are by patient.
PUBLISHED = pd.DataFrame(
    [
        ("ASGPF, pre-trained", 4, ".838", _ASGPF),
        ("ASGPF, from scratch", 4, ".763", _ASGPF),
        ("DCRNN, pre-trained", 4, ".746", _TANG),
        ("DCRNN, from scratch", 4, ".703-.710", _TANG),
        ("LSTM", 4, ".652", _TANG),
        ("CNN-LSTM", 4, ".633", _TANG),
        ("Dense-CNN", 4, ".576", _TANG),
        ("Majority class, 521 clips", 4, ".414", _COUNTED),
        ("Majority class, 285 clips", 4, ".498", _COUNTED),
        ("ASGPF, pre-trained", 8, ".735", _ASGPF),
        ("ASGPF, from scratch", 8, ".635", _ASGPF),
        ("DCRNN, pre-trained, 7 classes, 3 folds", 8, ".650", _TANG),
        ("Majority class", 8, ".389", _COUNTED),
    ],
    columns=["system", "classes", "weighted_f1", "source"],
)
