"""The processes of a training: one here, several in :mod:`mne_asgpf.estimators.distributed`."""


class OneProcess:
    """A training in this process only."""

    number, count = 0, 1
    scaler = None  # of losses, in half precision
    settings: dict = {}  # that affect the result

    def from_first(self, value):
        """Return the value of the first process."""
        return value

    def of_all(self, value):
        """List the values of all processes."""
        return [value]

    def mean(self, value):
        """Return the mean of a tensor over the processes."""
        return value

    def once(self, act):
        """Run in the first process; all wait for it and get its result."""
        return act()
