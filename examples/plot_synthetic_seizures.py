"""
Simulate seizures of different types
====================================

The recordings are simulated from sources in a spherical head model, so that the true type, time
and location of every seizure are known. This example plots four seizure types, the spectra of
background and of an absence, and the spread of a focal seizure. All data are synthetic.
"""

# %%
# Simulate one seizure of each type
# ---------------------------------
# :func:`~mne_asgpf.simulation.simulate_recording` returns a :class:`mne.io.Raw` with the seizures
# as annotations, and a table of events.

import matplotlib.pyplot as plt
import mne
import numpy as np

from mne_asgpf.channels import ELECTRODES
from mne_asgpf.simulation import simulate_recording

mne.set_log_level("warning")

names = {
    "fnsz": "focal: one region first",
    "gnsz": "generalised non-specific: irregular",
    "absz": "absence: 3 Hz spike and wave",
    "tcsz": "tonic-clonic: fast and rising",
}
recordings = {label: simulate_recording([label], duration=90, random_state=1) for label in names}

figure, panels = plt.subplots(2, 2, figsize=(12, 10), layout="constrained", sharex=True)
for axes, (label, (raw, events)) in zip(panels.flat, recordings.items(), strict=True):
    onset = events.loc[0, "onset"]
    part = raw.copy().pick("eeg").filter(0.5, 70).crop(onset - 3, onset + 5)
    heights = -100 * np.arange(len(part.ch_names))
    axes.plot(part.times - 3, 1e6 * part.get_data().T + heights, color="k", linewidth=0.5)
    axes.axvline(0, color="C3")
    axes.set(title=names[label], yticks=heights, yticklabels=part.ch_names)
for axes in panels[1]:
    axes.set_xlabel("Time from onset (s); 100 µV between channels")

# %%
# Plot spectra
# ------------
# The power of the background decreases with frequency and has a posterior alpha peak. An absence
# adds a peak at its rate and the harmonics of its spikes.

raw, events = recordings["absz"]
onset, duration = events.loc[0, ["onset", "duration"]]
figure, axes = plt.subplots(layout="constrained")
for label, pick, start, stop in (
    ("background, Fz", "Fz", 0, onset),
    ("background, O1", "O1", 0, onset),
    ("absence, Fz", "Fz", onset, onset + duration),
):
    spectrum = raw.compute_psd(
        "welch", 0.5, 70, tmin=start, tmax=stop, picks=pick, n_fft=int(2 * raw.info["sfreq"])
    )
    power, frequencies = spectrum.get_data(return_freqs=True)
    axes.loglog(frequencies, 1e12 * power[0], label=label)
axes.set(xlabel="Frequency (Hz)", ylabel="Power spectral density (µV²/Hz)")
axes.legend()

# %%
# Plot the spread of a focal seizure
# ----------------------------------
# ``onset_region`` lists the electrodes over the focus, and ``recruitment`` has the seconds until
# the seizure reaches each of the others. Electrodes that it never reaches are omitted; here, they
# are drawn as if it reached them at its end.

raw, events = recordings["fnsz"]
event = events.loc[0]
print("starts at", ", ".join(event["onset_region"]))

shown = raw.copy().pick([name for name in ELECTRODES if name in raw.ch_names])
delays = [event["recruitment"].get(name, event["duration"]) for name in shown.ch_names]
figure, axes = plt.subplots(layout="constrained")
image, _ = mne.viz.plot_topomap(
    delays, shown.info, names=shown.ch_names, axes=axes, cmap="autumn", show=False
)
figure.colorbar(image, ax=axes, label="Reached after (s)")
plt.show()

# %%
# What next
# ---------
# To write a whole corpus of such patients, as EDF files and label files in either layout of TUSZ,
# use ``mne_asgpf simulate corpus``.
