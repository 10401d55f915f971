"""
Synthetic seizures, type by type
================================

The simulated recordings are made of sources in a spherical head, so that the true type,
time and place of every seizure are known. This example looks at four types, at the
spectra of background and absence, and at how a focal seizure spreads. Everything in it
is synthetic.
"""

# %%
# One seizure of each type
# ------------------------
# :func:`~mne_asgpf.simulation.simulate_recording` gives a :class:`mne.io.Raw` with the
# seizures as annotations, and the table of events.

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
# Spectra
# -------
# The background's power falls with frequency and has a posterior alpha peak. An
# absence adds its rate and the harmonics of its spikes.

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
# Where a focal seizure starts and when it arrives elsewhere
# ----------------------------------------------------------
# ``onset_region`` holds the electrodes over the focus, ``recruitment`` the seconds
# until the seizure gets to the others. Electrodes that it never reaches are missing in
# it; here they are drawn as joining at the end.

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
# ``mne_asgpf simulate corpus`` writes whole corpora of such patients as EDF
# files with label files, in either layout of TUSZ.
