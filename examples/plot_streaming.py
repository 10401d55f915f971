"""
Type a live stream
==================

:class:`~mne_asgpf.ASGPFStream` takes the data of an amplifier in chunks of any length, and returns
the probability of each class once per second. Here, a synthetic recording is replayed as fast as
possible. The classifier is tiny and trained for a few epochs on synthetic recordings, so that the
example runs in a minute: it shows the workflow, and its predictions are not reliable.
"""

# %%
# Train a classifier
# ------------------
# You can use any fitted :class:`~mne_asgpf.ASGPFClassifier`, including one read by ``read_asgpf``.

import time

import matplotlib.pyplot as plt
import mne
import numpy as np
import pandas as pd

from mne_asgpf import ASGPFClassifier, ASGPFStream, prepare_raw
from mne_asgpf.simulation import draw_patient, simulate_recording
from mne_asgpf.viz import plot_probabilities

mne.set_log_level("warning")
types = ["fnsz", "gnsz", "absz", "tcsz"]


def simulate(i, seizures):
    """Simulate a recording of one patient."""
    patient = draw_patient(seizures[0], np.random.default_rng(i))
    return simulate_recording(seizures, patient=patient, random_state=i)


raws = [prepare_raw(simulate(i, [types[i % 4]] * 2)[0]) for i in range(8)]
tiny = {"module__n_units": 16, "module__n_bins": 40}
classifier = ASGPFClassifier(
    max_epochs=8, lr=5e-3, batch_size=8, train_split=None, random_state=0, verbose=0, **tiny
)
classifier.fit(raws)

# %%
# Create a stream
# ---------------
# To describe the amplifier, pass a :class:`mne.Info`, or the sampling rate, the channel names and
# their unit. Channels are matched by name; others, such as the ECG, are left out. The data are
# resampled to the rate of the classifier by a filter that looks ``latency`` seconds ahead.

raw, truth = simulate(99, ["absz", "absz"])
stream = ASGPFStream(classifier, raw.info)
print(f"from {raw.info['sfreq']:g} Hz to {classifier.sfreq:g} Hz, latency {stream.latency:g} s")

# %%
# Push data
# ---------
# The chunks that an amplifier sends are rarely one second long. You get a row as soon as a chunk
# completes a second; it covers the last ``clip_len`` seconds. Here, the amplifier is disconnected
# between 80 and 85 s. There is no prediction during the gap, nor as long as the gap is in the
# window.

data = raw.get_data()
sfreq = raw.info["sfreq"]
data[:, int(80 * sfreq) : int(85 * sfreq)] = np.nan
rng = np.random.default_rng(0)
tables, end, start = [], 0, time.perf_counter()
while end < raw.n_times:
    begin, end = end, end + int(rng.integers(10, 400))
    tables.append(stream.push(data[:, begin:end]))
took = time.perf_counter() - start
table = pd.concat(tables, ignore_index=True)
print(f"{len(table)} s in {len(tables)} chunks took {took:.1f} s")
print(table.iloc[[0, 10, 11, 12, 78, 79, 96, 97, 98]].round(2).to_string(index=False))
print(table["reason"].value_counts())

# %%
# Plot the predictions
# --------------------
# Each row is drawn over the last second of its window. Apart from the latency, it does not use
# later data, so a seizure becomes visible when enough of it is in the window.

heard = table[table["reason"] == ""]
figure = plot_probabilities(
    heard.filter(like="p_").to_numpy(),
    classifier.classes_.tolist(),
    heard["time"].to_numpy() - 1,
    1,
    truth=truth,
    show=False,
)
figure.axes[0].axvspan(80, 85, color="0.5", alpha=0.5)
plt.show()

# %%
# Run offline
# -----------
# :meth:`~mne_asgpf.ASGPFStream.run` returns the same table for a recording, so that you can score
# the output of a stream.

off_line = ASGPFStream.run(classifier, mne.io.RawArray(data, raw.info))
print(np.nanmax(abs(off_line.filter(like="p_") - table.filter(like="p_")).to_numpy()))

# %%
# What next
# ---------
# ``examples/stream_lsl.py`` connects to the Lab Streaming Layer with mne-lsl. :doc:`/streaming`
# describes the cost of a stream and the handling of gaps.
