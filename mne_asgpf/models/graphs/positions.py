"""Positions of electrodes on the unit sphere."""

from functools import cache

import mne
import numpy as np

from ...channels import electrode
from ...errors import InputError

_SPHERICAL = "brainproducts-RNP-BA-128"  # the 10-10 system on a sphere
# The 10-05 system on an average head; mne 1.13 has renamed it.
_SURFACE = ("colin27_1005", "standard_1005")
# Azimuth from the nose and elevation, in degrees, implied by the usual distance graph
# for these electrodes; the others of the 10-20 system are as in the montage.
_FRONTAL = (39.255, 29.835)


def electrode_positions(chs_info):
    """Return positions (right, front, up) on the unit sphere from names, or else as measured."""
    # Names have priority: they denote the same position in every recording.
    positions, unknown = known_positions(chs_info)
    if unknown:
        raise InputError(
            "chs_info",
            f"the distance graph needs positions, which are unknown for {', '.join(unknown)}",
            "rename these channels to 10-20 names, set a montage, or choose another graph",
        )
    return positions


def known_positions(chs_info):
    """Return positions on the unit sphere, (nodes, 3), and the names of unknown ones, NaN."""
    sites = _standard_positions()
    nowhere = np.full(3, np.nan)
    labels = [channel["ch_name"] for channel in chs_info]
    positions = np.array([sites.get((electrode(name) or name).upper(), nowhere) for name in labels])
    unknown = [name for name, place in zip(labels, positions, strict=True) if np.isnan(place[0])]
    if unknown:
        measured = np.array([_measured(channel) for channel in chs_info])
        if np.isfinite(measured).all():
            return _onto_sphere(measured), []
    return positions, unknown


@cache
def _standard_positions():
    """Return the sites of the 10-05 system by upper-case name, with the usual corrections."""
    spherical = _sites(_SPHERICAL)
    named = mne.channels.get_builtin_montages()
    surface = _sites(next(name for name in _SURFACE if name in named))
    common = [name for name in spherical if name in surface]
    # The surface montage is that of an average head: rotated and stretched onto the sphere.
    points = dict(zip(surface, _onto_sphere(np.array(list(surface.values()))), strict=True))
    onto = np.linalg.lstsq(
        np.array([points[name] for name in common]), np.array([spherical[name] for name in common])
    )[0]
    positions = {name: point @ onto for name, point in points.items()} | spherical
    azimuth, elevation = np.deg2rad(_FRONTAL)
    right = np.cos(elevation) * np.sin(azimuth)
    front = np.cos(elevation) * np.cos(azimuth)
    for name, x, y in (("F3", -1, 1), ("F4", 1, 1), ("P3", -1, -1), ("P4", 1, -1)):
        positions[name] = np.array([x * right, y * front, np.sin(elevation)])
    return {name: site / np.linalg.norm(site) for name, site in positions.items()}


def _sites(montage):
    places = mne.channels.make_standard_montage(montage).get_positions()["ch_pos"]
    return {name.upper(): place for name, place in places.items()}


def _measured(channel):
    """Return a channel's measured position in metres, NaN if it has none."""
    loc = channel.get("loc")
    position = np.full(3, np.nan) if loc is None else np.asarray(loc, float)[:3]
    return position if position.any() else np.full(3, np.nan)


def _onto_sphere(points):
    """Project points onto the unit sphere, about the centre of the best-fitting sphere."""
    # |p|^2 = 2 c . p + const is linear in the centre c.
    design = np.column_stack([2 * points, np.ones(len(points))])
    centre = np.linalg.lstsq(design, (points**2).sum(1))[0][:3]
    directions = points - centre
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)
