"""The processes that train together: here one, in :mod:`mne_asgpf.estimators.distributed` more."""


class OneProcess:
    """A training in this process alone."""

    number, count = 0, 1
    scaler = None  # of losses, in half precision
    settings: dict = {}  # that change what is learned

    def from_first(self, value):
        """Give what the first process has."""
        return value

    def of_all(self, value):
        """List what each process has."""
        return [value]

    def mean(self, value):
        """Give the mean of a tensor over the processes."""
        return value

    def once(self, act):
        """Let the first process act; all wait for it and have what it gives."""
        return act()
