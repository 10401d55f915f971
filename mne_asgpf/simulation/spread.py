"""How epileptic activity covers the cortex: where it starts, how far and how fast it goes."""

from dataclasses import dataclass

import numpy as np

from ..channels import ELECTRODES
from .leadfield import angles, leadfield, source_positions

_RECRUITING = 0.8  # s that a place takes to join in


@dataclass(frozen=True)
class Spread:
    """The way of one discharge over the cortex.

    Parameters
    ----------
    centre : tuple of float
        Unit vector to the place where it starts.
    radius : float
        Radius in radians of the patch that discharges from the start.
    speed : float
        Radians a second at which the patch grows.
    falloff : float
        Radians over which the amplitude falls to a third.
    lag : float
        Seconds a radian by which distant places follow the waves of the centre.
    mirror_delay : float
        Seconds until the mirrored place in the other hemisphere starts, through
        the commissures; infinite when it never does.
    mirror_gain : float
        Amplitude there relative to the centre.
    """

    centre: tuple
    radius: float
    speed: float = 0.0
    falloff: float = 1.0
    lag: float = 0.0
    mirror_delay: float = np.inf
    mirror_gain: float = 0.8

    def _angles(self, positions):
        """Measure the way to the centre and to its mirror image."""
        return angles(positions, self.centre), angles(
            positions, np.multiply(self.centre, (-1, 1, 1))
        )

    def recruitment(self, positions):
        """Tell when the discharge reaches some places.

        Parameters
        ----------
        positions : array of float, shape (n, 3)
            Unit vectors.

        Returns
        -------
        delays : array of float, shape (n,)
            Seconds after the onset; infinite where it never arrives.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ways = [
                start + np.where(angle <= self.radius, 0.0, (angle - self.radius) / self.speed)
                for start, angle in zip(
                    (0.0, self.mirror_delay), self._angles(positions), strict=True
                )
            ]
        return np.minimum(*ways)

    def activate(self, wave, amplitude, sfreq):
        """Let a wave run over the sources.

        Parameters
        ----------
        wave : array of float, shape (n_times,)
            What the centre does.
        amplitude : float
            Factor by which the wave is seen at the electrode that sees most of
            it once all places have joined, against the average of all electrodes.
        sfreq : float
            Sampling rate in Hz.

        Returns
        -------
        activity : array of float32, shape (64, n_times)
            Source activity in the unit of wave times amplitude.
        """
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
            # What takes part from the start has no ramp of its own.
            joined = np.clip((times - delays[source]) / _RECRUITING, 0, 1) if delays[source] else 1
            activity[source] = reach[source] * joined * delayed
        return activity
