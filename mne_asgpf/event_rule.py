"""The thresholds and times by which probabilities become events."""

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from .errors import InputError

_OPTIONAL = ("low", "step", "onset_error", "end_error")


@dataclass(frozen=True)
class EventRule:
    """The thresholds and times by which probabilities become events.

    :func:`~mne_asgpf.events.fit_events` chooses all but ``step`` on recordings of validation
    patients; the defaults are chosen by nobody.

    Parameters
    ----------
    threshold : float
        Probability of a seizure of any type that starts an event, 0 to 1.
    low : float | None
        Probability that extends an event to both sides from there, at most ``threshold``.
        None: ``threshold``.
    min_duration : float
        Events that are shorter than this many seconds are left out.
    max_gap : float
        Events of one type that are at most this many seconds apart become one.
    min_part : float
        Seconds that a type must last to be an event of its own where one seizure passes
        into another; a shorter part goes to its neighbour.
    step : float | None
        Seconds from one window to the next, a whole number. None: the length of a window,
        so that events lie on a grid of that length.
    onset_shift, end_shift : float
        Seconds by which onsets and ends are moved, against a bias.
    onset_error, end_error : float | None
        Seconds by which onset and end may be off: that of nine in ten validation seizures is
        not off by more. None: not measured.
    n_seizures : int
        How many validation seizures the errors are measured on.

    Raises
    ------
    InputError
        If a value is out of its range.
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

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.name in _OPTIONAL:
                continue
            if value is None or not math.isfinite(value):
                raise InputError(f"EventRule.{field.name}", f"it is {value}", "give a number")
            if value < 0 and not field.name.endswith("_shift"):
                raise InputError(f"EventRule.{field.name}", f"{value} is below 0", "give 0 or more")
        low = self.threshold if self.low is None else self.low
        if not low <= self.threshold <= 1:
            raise InputError(
                "EventRule",
                f"threshold is {self.threshold} and low {low}",
                "give probabilities, low not above threshold",
            )
        if self.step is not None and (self.step < 1 or self.step % 1):
            raise InputError(
                "EventRule.step", f"it is {self.step:g} s", "give whole seconds, 1 or more"
            )

    def to_dict(self) -> dict:
        """Give all values.

        Returns
        -------
        values : dict
            Name -> value, safe for JSON.
        """
        return asdict(self)

    def changed(self, *, threshold: float | None = None, step: float | None = None) -> Self:
        """Change what a user asks for.

        Parameters
        ----------
        threshold, step : float | None
            The new values; None: as they are.

        Returns
        -------
        rule : EventRule
            The rule, without the errors of its times if they were measured by another.
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
        return replace(self, **values, onset_error=None, end_error=None)
