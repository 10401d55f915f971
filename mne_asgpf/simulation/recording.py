"""One synthetic recording: background, artifacts and seizures on one time axis."""

import copy
from collections.abc import Sequence

import mne
import numpy as np
import pandas as pd
from mne.utils import _check_option, verbose

from ..channels import ELECTRODES
from ..event_table import COLUMNS, make_event_table, to_annotations
from ..type_aliases import Verbose
from .artifacts import (
    muscle_bursts,
    simulate_blinks,
    simulate_heart,
    simulate_mains,
    simulate_muscle,
)
from .background import eyes_open, simulate_background
from .interictal import simulate_interictal
from .leadfield import SENSORS, leadfield, sensor_montage
from .patient import Patient, draw_patient
from .seizures import SEIZURE_MODELS, draw_duration, simulate_seizure
from .variation import draw_variation

_SEIZURE_SHARE = 0.6  # of the recording at most
_AMPLIFIER_NOISE = 0.6  # uV

#: Whether the background is stationary or changes over minutes.
BACKGROUNDS = ("stationary", "varied")


def _schedule(durations, total, rng):
    """Place events with gaps between them; return onsets and durations."""
    durations = np.asarray(durations)
    durations = durations * min(1.0, _SEIZURE_SHARE * total / durations.sum())
    gaps = rng.dirichlet(np.full(len(durations) + 1, 4.0)) * (total - durations.sum())
    return np.cumsum(gaps[:-1]) + np.concatenate([[0.0], np.cumsum(durations[:-1])]), durations


@verbose
def simulate_recording(
    seizures: Sequence[str] = ("fnsz",),
    *,
    duration: float = 180.0,
    patient: Patient | None = None,
    background: str = "stationary",
    random_state: int | np.random.SeedSequence | np.random.Generator | None = None,
    verbose: Verbose = None,
) -> tuple[mne.io.RawArray, pd.DataFrame]:
    """Simulate an EEG recording with known seizures.

    Parameters
    ----------
    seizures : sequence of str
        Labels of TUSZ, one per seizure in order; empty for only background.
    duration : float
        Length of the recording in seconds. Seizures are shortened if they would
        fill more than three fifths of it.
    patient : Patient | None
        The patient; None to draw one whose dominant type is the first of
        ``seizures``.
    background : "stationary" | "varied"
        Whether the EEG between seizures is stationary, or changes over minutes as in a
        long recording: drowsiness and light sleep with their transients, episodes of
        artifacts, slow drift of the amplitude. The seizures are the same for both.
    random_state : int | numpy.random.SeedSequence | numpy.random.Generator | None
        The random number generator.
    verbose : bool | str | int | None
        Log level.

    Returns
    -------
    raw : mne.io.RawArray
        19 electrodes, A1, A2 (those that are recorded for the patient) and EKG in
        volts, with the seizures as annotations.
    events : pandas.DataFrame
        The event table of the seizures with two additional columns:
        ``onset_region`` (tuple of str, the electrodes at the onset) and
        ``recruitment`` (dict, electrode -> seconds after the onset).
    """
    for label in seizures:
        _check_option("seizures", label, list(SEIZURE_MODELS))
    _check_option("background", background, list(BACKGROUNDS))
    if isinstance(random_state, np.random.SeedSequence):
        random_state = copy.copy(random_state)  # a spawn would change the caller's
    rng = np.random.default_rng(random_state)
    if patient is None:
        patient = draw_patient(seizures[0] if len(seizures) else "fnsz", rng)
    sfreq = patient.sfreq
    n_times = int(round(duration * sfreq))

    open_state = eyes_open(n_times, sfreq, rng)
    if background == "varied":
        # A separate generator, so that everything else is drawn as without it.
        varied = draw_variation(patient, n_times, rng.spawn(1)[0])
        sources = simulate_background(
            patient, n_times, varied.awake * open_state, rng, varied.rhythm_gains
        )
        sources *= varied.drift
        sources += varied.activity
    else:
        varied = None
        sources = simulate_background(patient, n_times, open_state, rng)
    sources += simulate_interictal(patient, n_times, rng)
    muscle = muscle_bursts(patient, n_times, rng)
    if varied:
        muscle = varied.awake * muscle + varied.muscle
    rows = []
    if len(seizures):
        lengths = [draw_duration(label, patient, rng) for label in seizures]
        for label, onset, length in zip(seizures, *_schedule(lengths, duration, rng), strict=True):
            seizure = simulate_seizure(label, patient, length, rng)
            start = int(round(onset * sfreq))
            stop = start + seizure.activity.shape[1]
            sources[:, start:stop] += seizure.activity
            muscle[:, start:stop] += seizure.muscle
            rows.append(
                {
                    "onset": start / sfreq,
                    "duration": (stop - start) / sfreq,
                    "label": label,
                    "onset_region": seizure.onset_region,
                    "recruitment": seizure.recruitment,
                }
            )

    potentials = leadfield() @ sources
    blinks = simulate_blinks(patient, open_state, rng)
    potentials += varied.awake * blinks + varied.potentials if varied else blinks
    potentials += simulate_muscle(patient, muscle, rng)
    potentials += simulate_mains(patient, n_times, rng)
    potentials += _AMPLIFIER_NOISE * rng.standard_normal(potentials.shape)
    if patient.reference == "LE":
        potentials -= potentials[len(ELECTRODES) :].mean(axis=0)
    else:
        potentials -= potentials[: len(ELECTRODES)].mean(axis=0)

    info = mne.create_info([*SENSORS, "EKG"], sfreq, ["eeg"] * len(SENSORS) + ["ecg"])
    info.set_montage(sensor_montage())
    raw = mne.io.RawArray(
        1e-6 * np.vstack([potentials, simulate_heart(patient, n_times, rng)]), info
    )
    lost = list(patient.absent) + ([] if patient.ears else ["A1", "A2"])
    raw.drop_channels(lost)
    events = make_event_table(rows)
    raw.set_annotations(to_annotations(events[list(COLUMNS)]))
    return raw, events
