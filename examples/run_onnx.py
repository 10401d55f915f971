"""
Type a recording without torch
==============================

``mne_asgpf export MODEL model.onnx`` writes a classifier that runs in onnxruntime. Its metadata
describe the input that it needs. Run this as ``python run_onnx.py model.onnx recording.edf``.
"""

import json
import sys

import mne
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
stored = session.get_modelmeta().custom_metadata_map
channels, sfreq, clip_len, classes, temperature = (
    json.loads(stored[name]) for name in ("channels", "sfreq", "clip_len", "classes", "temperature")
)
assert json.loads(stored["input_unit"]) == "V"  # the unit of signals in mne

raw = mne.io.read_raw(sys.argv[2], preload=True).reorder_channels(channels).resample(sfreq)
n_times = round(clip_len * sfreq)
n_clips = len(raw.times) // n_times
data = raw.get_data()[:, : n_clips * n_times].reshape(len(channels), n_clips, n_times)
(logits,) = session.run(None, {"signals": data.swapaxes(0, 1).astype(np.float32)})
logits /= temperature
for number, scores in enumerate(np.exp(logits - logits.max(1, keepdims=True))):
    probabilities = dict(zip(classes, (scores / scores.sum()).round(3).tolist(), strict=True))
    print(f"{number * clip_len:g} s: {probabilities}")
