"""Ctrl-C and a termination end a command in order."""

import os
import signal
import threading
from contextlib import contextmanager

_AGAIN = 2.0  # s, time enough to clean up


class Interrupted(BaseException):
    """The command shall end; skorch takes a KeyboardInterrupt for the end of a training."""


@contextmanager
def interruptible():
    """Raise Interrupted on Ctrl-C and where the process is asked to terminate.

    Python drops what is raised while it forks or finalises an object: it is raised again
    until the block is left.
    """
    if threading.current_thread() is not threading.main_thread():  # only there Python allows it
        yield
        return
    ours, reminders = os.getpid(), []

    def stop(signum, frame):
        if os.getpid() != ours:  # a process that loads windows, which takes this to end silently
            raise KeyboardInterrupt
        reminder = threading.Timer(_AGAIN, signal.raise_signal, [signum])
        reminder.daemon = True
        reminder.start()
        reminders.append(reminder)
        raise Interrupted

    before = {
        which: signal.signal(which, stop)
        for which in (signal.SIGINT, signal.SIGTERM)
        if signal.getsignal(which) is not signal.SIG_IGN  # as nohup asks for
    }
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
        for reminder in reminders:
            reminder.cancel()
