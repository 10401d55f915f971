"""Positions of the electrodes in the model: their spherical harmonics."""

import torch
from mne.utils import warn
from torch import nn

from .graphs.positions import known_positions

#: Number of harmonics per electrode, up to degree 3.
N_HARMONICS = 16


class ElectrodeHarmonics(nn.Module):
    """Real spherical harmonics of the electrodes' directions from the head's centre."""

    # Names of the 10-05 system suffice. Electrodes with unknown positions have only the harmonic of
    # degree 0, as if they were everywhere, and a warning names them.

    values: torch.Tensor | None

    def __init__(self, chs_info):
        super().__init__()
        values = None
        if chs_info is None:
            _warn_unknown("every channel")
        else:
            positions, unknown = known_positions(chs_info)
            if unknown:
                _warn_unknown(", ".join(unknown))
            values = real_harmonics(torch.as_tensor(positions)).float()
        # It depends on the channels only, so it is not in checkpoints.
        self.register_buffer("values", values, persistent=False)

    def forward(self, x):
        """Return the harmonics, (nodes, 16), in the dtype and on the device of x."""
        n_chans = x.shape[2]
        if self.values is None:
            return nn.functional.pad(x.new_ones(n_chans, 1), (0, N_HARMONICS - 1))
        if n_chans != len(self.values):
            raise ValueError(
                f"the model has positions of {len(self.values)} channels, but the signals have "
                f"{n_chans}: build it with the chs_info of these channels; its weights fit any"
            )
        return self.values.to(x.dtype)


def _warn_unknown(which):
    warn(
        f"The position of {which} is unknown: the model treats such channels as if they were "
        "everywhere. Rename them to the 10-20, 10-10 or 10-05 system, or set a montage: "
        "chs_info=raw.info['chs'], or chs_info=[{'ch_name': 'Fp1'}, ...]."
    )


def real_harmonics(positions):
    """Return real spherical harmonics up to degree 3 of points: (nodes, 3) -> (nodes, 16)."""
    # Each has a mean square of 1 over the sphere. Above degree 0, they are 0 for unknown positions,
    # NaN.
    x, y, z = positions.mT
    by_degree = [
        torch.ones_like(x),
        3**0.5 * y,
        3**0.5 * z,
        3**0.5 * x,
        15**0.5 * x * y,
        15**0.5 * y * z,
        5**0.5 / 2 * (3 * z**2 - 1),
        15**0.5 * x * z,
        15**0.5 / 2 * (x**2 - y**2),
        (35 / 8) ** 0.5 * y * (3 * x**2 - y**2),
        105**0.5 * x * y * z,
        (21 / 8) ** 0.5 * y * (5 * z**2 - 1),
        7**0.5 / 2 * z * (5 * z**2 - 3),
        (21 / 8) ** 0.5 * x * (5 * z**2 - 1),
        105**0.5 / 2 * z * (x**2 - y**2),
        (35 / 8) ** 0.5 * x * (x**2 - 3 * y**2),
    ]
    return torch.stack(by_degree, -1).nan_to_num(0.0)
