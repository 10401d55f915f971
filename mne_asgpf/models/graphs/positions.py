"""Where electrodes are on a sphere of radius 1."""

from functools import cache

import mne
import numpy as np

from ...channels import electrode
from ...errors import InputError

_SPHERICAL = "brainproducts-RNP-BA-128"  # the 10-10 system on a sphere
# The 10-05 system on an average head; mne 1.13 has renamed it.
_SURFACE = ("colin27_1005", "standard_1005")
# Azimuth from the nose and elevation, in degrees, that the field's distance graph
# implies for these electrodes; for all others of the 10-20 system it has the montage's.
_FRONTAL = (39.255, 29.835)


def electrode_positions(chs_info):
    """Give the positions of electrodes by their names or else by measured positions.

    Names come first: they mean the same place in every recording.

    Parameters
    ----------
    chs_info : list of dict
        Information about each channel, as in ``raw.info["chs"]``: ``ch_name`` and,
        where known, ``loc``, which begins with the position in metres.

    Returns
    -------
    positions : array, shape (nodes, 3)
        Positions on a sphere of radius 1: right, front, up.

    Raises
    ------
    InputError
        The names do not all mean sites of the 10-20, 10-10 or 10-05 system, and some
        channel has no position.
    """
    positions, unknown = known_positions(chs_info)
    if unknown:
        raise InputError(
            "chs_info",
            f"the distance graph needs positions, and none is known for {', '.join(unknown)}",
            "rename these channels to 10-20 names, set a montage, or take another graph",
        )
    return positions


def known_positions(chs_info):
    """Give the positions of electrodes as far as they are known.

    Parameters
    ----------
    chs_info : list of dict
        As in :func:`electrode_positions`.

    Returns
    -------
    positions : array, shape (nodes, 3)
        Positions on a sphere of radius 1; NaN where neither the name nor a measured
        position tells it.
    unknown : list of str
        The names of those channels.
    """
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
    """Give the sites of the 10-05 system by upper-case name, the field's own where they differ."""
    spherical = _sites(_SPHERICAL)
    named = mne.channels.get_builtin_montages()
    surface = _sites(next(name for name in _SURFACE if name in named))
    common = [name for name in spherical if name in surface]
    # The surface montage is that of an average head: turned and stretched onto the sphere.
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
    """Give a channel's own position in metres, NaN where it has none."""
    loc = channel.get("loc")
    position = np.full(3, np.nan) if loc is None else np.asarray(loc, float)[:3]
    return position if position.any() else np.full(3, np.nan)


def _onto_sphere(points):
    """Move points onto the sphere of radius 1 about the centre of the sphere that fits best."""
    # |p|^2 = 2 c . p + const is linear in the centre c.
    design = np.column_stack([2 * points, np.ones(len(points))])
    centre = np.linalg.lstsq(design, (points**2).sum(1))[0][:3]
    directions = points - centre
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)
