"""Positions of electrodes on the head."""

import mne

from ..channels import electrode
from ..errors import InputError


def electrode_info(ch_names):
    """Create an info with the standard 10-20 positions of electrodes."""
    montage = mne.channels.make_standard_montage("easycap-M1")
    names = [electrode(name) or name for name in ch_names]
    if unknown := [name for name in names if name not in montage.ch_names]:
        raise InputError(
            "ch_names",
            f"unknown 10-20 position of {', '.join(unknown)}",
            "leave these channels out",
        )
    info = mne.create_info(names, 1.0, "eeg")
    return info.set_montage(montage)
