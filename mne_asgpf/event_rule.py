"""Thresholds and times of the rule that turns probabilities into events."""

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from .errors import InputError

_OPTIONAL = ("low", "step", "onset_error", "end_error")


@dataclass(frozen=True)
class EventRule:
    """Thresholds and times of the rule that turns probabilities into events.

    :func:`~mne_asgpf.events.fit_events` chooses all but ``step`` on recordings of validation
    patients; the defaults are not tuned.

    Parameters
    ----------
    threshold : float
        Probability of a seizure of any type that starts an event, between 0 and 1.
    low : float | None
        Probability down to which an event extends on both sides, at most ``threshold``.
        None: ``threshold``.
    min_duration : float
        Events shorter than this, in seconds, are left out.
    max_gap : float
        Events of one type separated by at most this, in seconds, are joined.
    min_part : float
        Minimal duration in seconds of a part with another type to become a separate event
        within one seizure; shorter parts are joined to a neighbour.
    step : float | None
        Seconds from one window to the next, a whole number. None: the length of a window,
        so that events lie on a grid of that length.
    onset_shift, end_shift : float
        Seconds by which onsets and ends are shifted, to correct a bias.
    onset_error, end_error : float | None
        Errors of onset and end in seconds, expected not to be exceeded in nine of ten
        found seizures of new patients. None: not measured, or on too few patients.
    n_seizures, n_patients : int
        Number of found validation seizures, and of their patients, from which the errors are
        measured.

    Raises
    ------
    InputError
        If a value is out of range.
    """

    threshold: float = 0.5
    low: float | None = None
    min_duration: float = 0.0
    max_gap: float = 0.0
    min_part: float = 20.0
    step: float | None = 1.0
    onset_shift: float = 0.0
    end_shift: float = 0.0
    onset_error: float | None = None
    end_error: float | None = None
    n_seizures: int = 0
    n_patients: int = 0

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.name in _OPTIONAL:
                continue
            if value is None or not math.isfinite(value):
                raise InputError(f"EventRule.{field.name}", f"is {value}", "give a number")
            if value < 0 and not field.name.endswith("_shift"):
                raise InputError(f"EventRule.{field.name}", f"{value} is below 0", "give 0 or more")
        low = self.threshold if self.low is None else self.low
        if not low <= self.threshold <= 1:
            raise InputError(
                "EventRule",
                f"threshold is {self.threshold} and low {low}",
                "give probabilities, with low not above threshold",
            )
        if self.step is not None and (self.step < 1 or self.step % 1):
            raise InputError(
                "EventRule.step", f"is {self.step:g} s", "give whole seconds, 1 or more"
            )

    def to_dict(self) -> dict:
        """Return all values.

        Returns
        -------
        values : dict
            Name -> value, which can be written as JSON.
        """
        return asdict(self)

    def changed(self, *, threshold: float | None = None, step: float | None = None) -> Self:
        """Return the rule with other values.

        Parameters
        ----------
        threshold, step : float | None
            The new values; None: unchanged.

        Returns
        -------
        rule : EventRule
            The rule, without errors of times measured with other values.
        """
        asked = {"threshold": threshold, "step": None if step is None else float(step)}
        values: dict[str, Any] = {
            name: value
            for name, value in asked.items()
            if value is not None and value != getattr(self, name)
        }
        if not values:
            return self
        if self.low is not None and threshold is not None and "threshold" in values:
            values["low"] = min(self.low, threshold)
        return replace(self, **values).unmeasured()

    def unmeasured(self) -> Self:
        """Return the rule without what was measured with other values or probabilities.

        Returns
        -------
        rule : EventRule
            The rule, without shifts and errors of times.
        """
        return replace(
            self,
            onset_shift=0.0,
            end_shift=0.0,
            onset_error=None,
            end_error=None,
            n_seizures=0,
            n_patients=0,
        )
