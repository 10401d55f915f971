"""The spread of epileptic activity over the cortex: origin, extent and speed."""

from dataclasses import dataclass

import numpy as np

from ..channels import ELECTRODES
from .leadfield import angles, leadfield, source_positions

_RECRUITING = 0.8  # s for an area to join


@dataclass(frozen=True)
class Spread:
    """The spread of one discharge over the cortex."""

    centre: tuple  # Unit vector to its origin.
    radius: float  # Radians of the patch that discharges from the start.
    speed: float = 0.0  # Growth of the patch in radians per second.
    falloff: float = 1.0  # Radians over which the amplitude falls to a third.
    lag: float = 0.0  # Delay in seconds per radian of waves relative to the centre.
    # Seconds until the mirrored area in the other hemisphere starts, through the commissures;
    # infinite if never.
    mirror_delay: float = np.inf
    mirror_gain: float = 0.8  # Amplitude there relative to the centre.

    def _angles(self, positions):
        """Compute the angles to the centre and to its mirror image."""
        return angles(positions, self.centre), angles(
            positions, np.multiply(self.centre, (-1, 1, 1))
        )

    def recruitment(self, positions):
        """Compute seconds until the discharge reaches unit vectors, (n, 3); infinite if never."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ways = [
                start + np.where(angle <= self.radius, 0.0, (angle - self.radius) / self.speed)
                for start, angle in zip(
                    (0.0, self.mirror_delay), self._angles(positions), strict=True
                )
            ]
        return np.minimum(*ways)

    def activate(self, wave, amplitude, sfreq):
        """Propagate a wave, (n_times,), over the sources: (64, n_times)."""
        # `amplitude` is the maximum of the wave over the electrodes once all areas have joined,
        # against the average reference.
        positions = source_positions()
        delays = self.recruitment(positions)
        near, far = self._angles(positions)
        reach = np.exp(-near / self.falloff)
        if np.isfinite(self.mirror_delay):
            reach = np.maximum(reach, self.mirror_gain * np.exp(-far / self.falloff))
        reach[~np.isfinite(delays)] = 0.0
        seen = leadfield()[: len(ELECTRODES)] @ reach
        reach *= amplitude / np.abs(seen - seen.mean()).max()

        times = np.arange(len(wave)) / sfreq
        activity = np.zeros((len(positions), len(wave)), np.float32)
        for source in np.flatnonzero(reach):
            shift = int(round(self.lag * near[source] * sfreq))
            delayed = np.concatenate([np.zeros(shift), wave])[: len(wave)]
            # Areas that are active from the start are not ramped.
            joined = np.clip((times - delays[source]) / _RECRUITING, 0, 1) if delays[source] else 1
            activity[source] = reach[source] * joined * delayed
        return activity
