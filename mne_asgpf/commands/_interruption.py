"""Clean end of a command on Ctrl-C or termination."""

import os
import signal
import threading
from contextlib import contextmanager

_AGAIN = 2.0  # s to clean up


class Interrupted(BaseException):
    """Ends the command; skorch would treat a KeyboardInterrupt as the end of training."""


@contextmanager
def interruptible():
    """Raise Interrupted on Ctrl-C and on a request to terminate."""
    # Python drops exceptions while it forks or finalises an object: it is raised again until the
    # block is left.
    if threading.current_thread() is not threading.main_thread():  # Python allows it only there
        yield
        return
    ours, reminders = os.getpid(), []

    def stop(signum, frame):
        if os.getpid() != ours:  # a process that loads windows, which ends silently on this
            raise KeyboardInterrupt
        reminder = threading.Timer(_AGAIN, signal.raise_signal, [signum])
        reminder.daemon = True
        reminder.start()
        reminders.append(reminder)
        raise Interrupted

    before = {
        which: signal.signal(which, stop)
        for which in (signal.SIGINT, signal.SIGTERM)
        if signal.getsignal(which) is not signal.SIG_IGN  # as set by nohup
    }
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
        for reminder in reminders:
            reminder.cancel()
