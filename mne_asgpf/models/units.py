"""The unit of the signals: as named, or volts unless their scale says otherwise."""

import math

import torch
from mne.utils import warn

from ..errors import InputError
from .normalisation import is_flat

#: The option ``input_unit``, and how many microvolts one of each is.
INPUT_UNITS = {"auto": 1e6, "V": 1e6, "mV": 1e3, "uV": 1.0}
# Mean ln of EEG's amplitudes in microvolts, and how far no clip of EEG is from it: 400 times.
_TYPICAL, _FAR = 4.0, 6.0
_OTHER_DATA = 3.0  # standard deviations that the mean of a batch may be from a fixed normalisation


class InputLevel(torch.nn.Module):
    """Tell from the level of spectra whether the signals were in the unit they should be in.

    The level of a clip is the mean ln of its amplitudes in microvolts. EEG has about 4. With
    "auto", a clip above 10 (400 times as strong) is not in volts: as its unit is not known, its
    spectra are moved to the level that the normalisation expects, so that microvolts,
    millivolts and standardised signals give the same features, those of typical EEG in volts.
    Other clips, and all in a unit that was named, are left as they are.

    Parameters
    ----------
    unit : "auto" | "V" | "mV" | "uV"
        What the signals are said to be in.

    Raises
    ------
    InputError
        There is no such unit.
    """

    def __init__(self, unit):
        super().__init__()
        if unit not in INPUT_UNITS:
            raise InputError(
                "input_unit", f"there is no unit {unit!r}", f"choose one of {[*INPUT_UNITS]}"
            )
        self.unit = unit
        self.microvolts = INPUT_UNITS[unit]
        #: Whether signals are taken for what they are said to be without a look at them, as the
        #: estimators look at all that they are given.
        self.trusts = False
        self.has_looked = self.has_warned = False

    def forward(self, log_spectra, valid, normalisation):
        """Move the spectra of clips that are not in volts; warn of what does not fit.

        Parameters
        ----------
        log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
            ln of amplitudes in microvolts.
        valid : torch.Tensor of bool, shape (batch, seconds, nodes)
            What was observed.
        normalisation : SpectrumNormalisation
            What the spectra will be standardised by.

        Returns
        -------
        log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
            The same, moved where "auto" says so.
        """
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
        """Warn once; on an accelerator look at the first batch only, as looking waits for it."""
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
                    "Their unit is not known: their spectra are moved to the level of the "
                    "normalisation, and how strong they are is not used. "
                    if handled
                    else "They are taken for what they are said to be. "
                )
                + "Give volts, or say the unit, as in input_unit='uV'."
            )
        elif normalisation.is_fixed:
            away = float((level.mean() - expected) / normalisation.std.mean())
            if abs(away) > _OTHER_DATA:
                self.has_warned = True
                warn(
                    "The normalisation was fixed on other data: these signals are "
                    f"{away:.1f} standard deviations away from them on average. Check their "
                    "unit, or fix it anew: "
                    "model.signals_to_graphs.fit_normalisation([signals])."
                )
