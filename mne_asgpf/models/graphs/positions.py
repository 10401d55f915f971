"""Where electrodes are on a sphere of radius 1."""

import mne
import numpy as np

from ...channels import electrode
from ...errors import InputError

_MONTAGE = "brainproducts-RNP-BA-128"
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
        The names do not all mean sites of the 10-20 or 10-10 system, and some
        channel has no position.
    """
    standard = _standard_positions()
    names = [electrode(channel["ch_name"]) for channel in chs_info]
    unknown = [
        channel["ch_name"]
        for channel, name in zip(chs_info, names, strict=True)
        if name not in standard
    ]
    if not unknown:
        return np.array([standard[name] for name in names])
    measured = np.array([_measured(channel) for channel in chs_info])
    if not np.isfinite(measured).all():
        raise InputError(
            "chs_info",
            f"the distance graph needs positions, and none is known for {', '.join(unknown)}",
            "rename these channels to 10-20 names, set a montage, or take another graph",
        )
    return _onto_sphere(measured)


def _standard_positions():
    """Give the sites of the 10-10 system, and those of the field's graph where they differ."""
    sites = mne.channels.make_standard_montage(_MONTAGE).get_positions()["ch_pos"]
    positions = {name: site / np.linalg.norm(site) for name, site in sites.items()}
    azimuth, elevation = np.deg2rad(_FRONTAL)
    right = np.cos(elevation) * np.sin(azimuth)
    front = np.cos(elevation) * np.cos(azimuth)
    for name, x, y in (("F3", -1, 1), ("F4", 1, 1), ("P3", -1, -1), ("P4", 1, -1)):
        positions[name] = np.array([x * right, y * front, np.sin(elevation)])
    return positions


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
