"""The spherical head model: from sources in the cortex to potentials at the scalp.

Potentials of radial dipoles on a sphere inside the brain are computed with mne's
model of four concentric shells (brain, fluid, skull, scalp; Berg's approximation).
The skull spreads every source over several electrodes by volume conduction, see Nunez &
Srinivasan, *Electric Fields of the Brain*, 2006.

All positions here are directions: unit vectors from the centre of the head in
mne's head frame (x right, y front, z up).
"""

from functools import lru_cache

import mne
import numpy as np

from ..channels import ELECTRODES

#: The simulated electrodes: the scalp and both ears.
SENSORS = (*ELECTRODES, "A1", "A2")

N_SOURCES = 64
_HEAD_RADIUS = 0.09  # m
_SOURCE_RADIUS = 0.07  # m; the outer shell of the brain is at 0.081
_LOWEST = -0.35  # z of the lowest source: the cortex ends above the ears

# The spherical montage of mne lacks the ear lobes: centred directions of those in its
# realistic 10-05 montage.
_EARS = {"A1": (-0.797, -0.078, -0.599), "A2": (0.797, -0.078, -0.599)}


@lru_cache
def electrode_positions():
    """Return the positions of ``SENSORS``, (21, 3), as unit vectors."""
    montage = mne.channels.make_standard_montage("easycap-M1").get_positions()["ch_pos"]
    positions = np.array([(montage | _EARS)[name] for name in SENSORS])
    return positions / np.linalg.norm(positions, axis=1, keepdims=True)


@lru_cache
def source_positions():
    """Return the positions of the sources, (64, 3): a Fibonacci lattice over the upper head."""
    index = np.arange(N_SOURCES) + 0.5
    z = 1 - (1 - _LOWEST) * index / N_SOURCES
    azimuth = np.pi * (1 + np.sqrt(5)) * index
    radius = np.sqrt(1 - z**2)
    return np.column_stack([radius * np.cos(azimuth), radius * np.sin(azimuth), z])


@lru_cache
def sensor_montage():
    """Return the montage of the electrodes on the sphere of the head model."""
    positions = dict(zip(SENSORS, _HEAD_RADIUS * electrode_positions(), strict=True))
    return mne.channels.make_dig_montage(positions, coord_frame="head")


@lru_cache
def leadfield():
    """Compute the gain, (21, 64), about 1 from a source to the nearest electrode."""
    info = mne.create_info(list(SENSORS), 250.0, "eeg", verbose="ERROR")
    info.set_montage(sensor_montage())
    sources = mne.setup_volume_source_space(
        pos={"rr": _SOURCE_RADIUS * source_positions(), "nn": source_positions()},
        verbose="ERROR",
    )
    forward = mne.make_forward_solution(
        info,
        trans=None,
        src=sources,
        bem=mne.make_sphere_model((0.0, 0.0, 0.0), _HEAD_RADIUS, verbose="ERROR"),
        meg=False,
        verbose="ERROR",
    )
    forward = mne.convert_forward_solution(forward, force_fixed=True, verbose="ERROR")
    gain = forward["sol"]["data"]
    return gain / gain.max(axis=0).mean()


def source_patch(site, width):
    """Weigh the sources, (64,), within radians of an electrode; the largest potential is 1."""
    place = electrode_positions()[SENSORS.index(site)]
    weights = np.exp(-0.5 * (angles(source_positions(), place) / width) ** 2)
    return weights / np.abs(leadfield() @ weights).max()


def angles(positions, centre):
    """Compute the angles in radians of unit vectors, (n, 3), from a centre."""
    return np.arccos(np.clip(positions @ np.asarray(centre), -1.0, 1.0))
