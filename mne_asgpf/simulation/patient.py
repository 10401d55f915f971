"""The traits in which synthetic patients differ."""

from dataclasses import dataclass

import numpy as np

from ..channels import mirror
from .leadfield import SENSORS, electrode_positions

#: Electrodes over a focus in the left hemisphere, and the frequency of such foci:
#: mostly temporal, then frontal, as in epilepsy centres (Luders, *Textbook of
#: Epilepsy Surgery*, 2008).
FOCI = {
    ("F7", "T7"): 0.35,
    ("T7", "P7"): 0.15,
    ("F3", "F7", "Fp1"): 0.20,
    ("C3", "F3"): 0.10,
    ("P3", "C3"): 0.10,
    ("O1", "P7"): 0.10,
}


@dataclass(frozen=True)
class Patient:
    """The traits of a synthetic patient.

    Parameters
    ----------
    seizure_types : tuple of str
        Labels of TUSZ, the dominant type first.
    focus : tuple of float
        Unit vector to the onset of focal seizures.
    tilt : float
        Lateralisation of generalised discharges: -1 left, 1 right.
    tempo : float
        Factor on the rates of all discharges.
    amplitude : float
        Factor on the amplitudes of all discharges.
    pace : float
        Factor on the duration of seizures.
    spike : float
        Amplitude of spikes in the discharges, 0 to 1.
    regularity : float
        Regularity of generalised discharges, 0 to 1.
    fast_onset : float
        Amplitude of low-voltage fast activity at the onset, relative to the rest.
    speed : float
        Speed of spread of focal seizures in radians per second.
    mirror_delay : float
        Seconds until they reach the other hemisphere; infinite if never.
    motor : float
        Muscle activity during seizures in uV.
    interictal : float
        Isolated discharges per minute between seizures.
    background : float
        Standard deviation of the aperiodic background in uV.
    exponent : float
        Exponent of its power law.
    alpha_frequency : float
        Frequency of the posterior rhythm in Hz.
    alpha, beta, theta, delta : float
        Amplitudes of background rhythms in uV.
    mains_frequency : float
        Frequency of the mains in Hz.
    mains : float
        Its amplitude in uV.
    blinks : float
        Blinks per minute while the eyes are open.
    muscle : float
        Amplitude of muscle bursts in uV.
    reference : str
        ``'REF'`` for the average of the electrodes, ``'LE'`` for linked ears.
    ears : bool
        Whether A1 and A2 are recorded.
    sfreq : float
        Sampling rate in Hz.
    absent : tuple of str
        Electrodes that are not recorded.
    """

    seizure_types: tuple
    focus: tuple
    tilt: float
    tempo: float
    amplitude: float
    pace: float
    spike: float
    regularity: float
    fast_onset: float
    speed: float
    mirror_delay: float
    motor: float
    interictal: float
    background: float
    exponent: float
    alpha_frequency: float
    alpha: float
    beta: float
    theta: float
    delta: float
    mains_frequency: float
    mains: float
    blinks: float
    muscle: float
    reference: str
    ears: bool
    sfreq: float
    absent: tuple


# Types that occur in the same patients, by dominant type.
_ACCOMPANYING = {
    "fnsz": ("cpsz", "spsz"),
    "cpsz": ("fnsz", "spsz"),
    "spsz": ("fnsz", "cpsz"),
    "gnsz": ("tcsz", "mysz"),
    "absz": ("mysz", "gnsz"),
    "tcsz": ("mysz", "gnsz"),
    "tnsz": ("gnsz", "tcsz"),
    "mysz": ("absz", "tcsz"),
}


def _place_focus(rng):
    names = list(FOCI)[rng.choice(len(FOCI), p=list(FOCI.values()))]
    if rng.random() < 0.5:
        names = tuple(mirror(name) for name in names)
    centre = electrode_positions()[[SENSORS.index(name) for name in names]].mean(axis=0)
    centre += rng.normal(0, 0.08, 3)
    return tuple(float(x) for x in centre / np.linalg.norm(centre))


def draw_patient(
    seizure_type: str,
    random_state: int | np.random.SeedSequence | np.random.Generator | None = None,
) -> Patient:
    """Draw the traits of a patient.

    Parameters
    ----------
    seizure_type : str
        The dominant type of the patient's seizures, a label of TUSZ.
    random_state : int | numpy.random.SeedSequence | numpy.random.Generator | None
        The random number generator.

    Returns
    -------
    patient : Patient
        The patient.
    """
    rng = np.random.default_rng(random_state)
    companions = _ACCOMPANYING[seizure_type]
    n_companions = rng.choice(3, p=(0.65, 0.25, 0.1))

    def spread(centre, sigma):
        return float(centre * np.exp(rng.normal(0, sigma)))

    return Patient(
        seizure_types=(seizure_type, *rng.permutation(companions)[:n_companions].tolist()),
        focus=_place_focus(rng),
        tilt=float(rng.uniform(-1, 1)),
        tempo=spread(1.0, 0.12),
        amplitude=spread(1.0, 0.35),
        pace=spread(1.0, 0.3),
        spike=float(rng.uniform(0, 1)),
        regularity=float(rng.uniform(0, 1)),
        fast_onset=float(rng.choice((0.0, 0.6, 1.2), p=(0.5, 0.3, 0.2))),
        speed=spread(0.12, 0.5),
        mirror_delay=float(rng.choice((spread(5.0, 0.5), np.inf), p=(0.6, 0.4))),
        motor=spread(4.0, 0.9),
        interictal=spread(1.5, 0.8),
        background=spread(11.0, 0.25),
        exponent=float(rng.uniform(1.2, 2.0)),
        alpha_frequency=float(rng.normal(9.7, 0.8)),
        alpha=spread(14.0, 0.4),
        beta=spread(3.0, 0.5),
        theta=spread(8.0, 0.5),
        delta=spread(8.0, 0.7),
        mains_frequency=float(rng.choice((60.0, 50.0), p=(0.8, 0.2))),
        mains=spread(1.0, 0.8),
        blinks=float(rng.uniform(5, 20)),
        muscle=spread(9.0, 0.5),
        reference=str(rng.choice(("REF", "LE"), p=(0.6, 0.4))),
        ears=bool(rng.random() < 0.85),
        sfreq=float(rng.choice((250.0, 256.0, 400.0, 512.0), p=(0.35, 0.4, 0.15, 0.1))),
        absent=(("Fz",), ("Fz", "Pz"), ())[rng.choice(3, p=(0.03, 0.03, 0.94))],
    )
