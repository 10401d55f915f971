"""The unit of the signals: as given, or volts unless their scale contradicts it."""

import math

import torch
from mne.utils import warn

from ..errors import InputError
from .normalisation import is_flat

#: The option ``input_unit``, and the value of each unit in microvolts.
INPUT_UNITS = {"auto": 1e6, "V": 1e6, "mV": 1e3, "uV": 1.0}
# Mean ln of EEG's amplitudes in microvolts, and the largest deviation of EEG clips: 400 times.
_TYPICAL, _FAR = 4.0, 6.0
_OTHER_DATA = 3.0  # largest deviation of a batch's mean from a fixed normalisation, in SD


class InputLevel(torch.nn.Module):
    """Check the unit of signals by the level of their spectra."""

    # The level of a clip is the mean ln of its amplitudes in microvolts. EEG has about 4. With
    # "auto", a clip above 10 (400 times as strong) is not in volts: as its unit is unknown, its
    # spectra are shifted to the level that the normalisation expects, so that microvolts,
    # millivolts and standardised signals yield the same features, those of typical EEG in volts.
    # Other clips, and all clips with a given unit, are unchanged.

    def __init__(self, unit):
        super().__init__()
        if unit not in INPUT_UNITS:
            raise InputError(
                "input_unit", f"unknown unit: {unit!r}", f"choose one of {[*INPUT_UNITS]}"
            )
        self.unit = unit
        self.microvolts = INPUT_UNITS[unit]
        #: Whether the unit is trusted without a check, as the estimators check their input
        #: themselves.
        self.trusts = False
        self.has_looked = self.has_warned = False

    def forward(self, log_spectra, valid, normalisation):
        """Shift the spectra of clips that are not in volts; warn of contradictions."""
        if self.trusts:
            return log_spectra
        heard = valid & ~is_flat(log_spectra)
        n = heard.sum((1, 2))
        level = torch.where(heard, log_spectra.mean(-1), 0.0).sum((1, 2)) / n.clamp_min(1)
        level = torch.where(n > 0, level, _TYPICAL)
        expected = normalisation.mean.mean().to(level)
        if not torch.compiler.is_compiling():
            self._check(level, n > 0, expected, normalisation)
        if self.unit != "auto":
            return log_spectra
        move = torch.where(level > _TYPICAL + _FAR, expected - level, 0.0)
        return log_spectra + move[:, None, None, None]

    @torch.no_grad()
    def _check(self, level, heard, expected, normalisation):
        """Warn once; on an accelerator check the first batch only, as the check synchronises."""
        if self.has_warned or (self.has_looked and level.device.type != "cpu"):
            return
        level = level[heard]
        if not len(level):
            return
        self.has_looked = True
        far = (level - _TYPICAL).abs() > _FAR
        if far.any():
            self.has_warned = True
            times = math.exp(float((level[far] - _TYPICAL).median()))
            handled = self.unit == "auto" and times > 1
            unit = "V" if self.unit == "auto" else self.unit
            warn(
                f"The signals are {times:.1g} times as strong as EEG in {unit}. "
                + (
                    "Their unit is unknown: their spectra are shifted to the level of the "
                    "normalisation, and their amplitude is not used. "
                    if handled
                    else "Their stated unit is used. "
                )
                + "Give volts, or state the unit, as in input_unit='uV'."
            )
        elif normalisation.is_fixed:
            away = float((level.mean() - expected) / normalisation.std.mean())
            if abs(away) > _OTHER_DATA:
                self.has_warned = True
                warn(
                    "The normalisation was fitted to other data: these signals deviate by "
                    f"{away:.1f} standard deviations from them on average. Check their "
                    "unit, or fit it again: "
                    "model.signals_to_graphs.fit_normalisation([signals])."
                )
