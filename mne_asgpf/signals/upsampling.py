"""One warning for all recordings that are sampled below the required rate."""

from contextlib import contextmanager
from contextvars import ContextVar

from mne.utils import warn

_counted: ContextVar[list | None] = ContextVar("recordings that were upsampled", default=None)


def warn_upsampled(where, recorded, sfreq):
    """Warn of a recording sampled below the required rate, now or with the others."""
    if recorded >= sfreq:
        return
    counted = _counted.get()
    if counted is None:
        _warn(1, where, recorded, sfreq)
    else:
        counted.append((where, recorded, sfreq))


@contextmanager
def warned_once():
    """Collect warnings of upsampled recordings into one, at the end of the outermost context."""
    if _counted.get() is not None:
        yield
        return
    counted: list = []
    token = _counted.set(counted)
    try:
        yield
    finally:
        _counted.reset(token)
        if counted:
            where, recorded, sfreq = min(counted, key=lambda one: one[1])
            _warn(len(counted), where, recorded, sfreq)


def _warn(n, where, recorded, sfreq):
    recordings = "1 recording is" if n == 1 else f"{n} recordings are"
    lowest = where if n == 1 else f"the lowest: {where}"
    warn(
        f"{recordings} sampled below the required {sfreq:g} Hz and therefore upsampled, which adds "
        f"no frequencies ({lowest}, {recorded:g} Hz, nothing above {recorded / 2:g} Hz). Give the "
        f"original recordings, at {sfreq:g} Hz or more, or prepare, train and predict at a lower "
        f"rate (sfreq={recorded:g})."
    )
