"""Progress bars without the messages that mne shows at the same log level."""

import logging
from contextlib import contextmanager

from mne.utils import logger


@contextmanager
def bars_without_messages():
    """Keep messages below warnings back, so that the bars of many recordings can be read.

    Yields
    ------
    None
        Bars are shown where the log level is ``"info"``, as mne's are.
    """

    def is_warning(record):
        return record.levelno >= logging.WARNING

    logger.addFilter(is_warning)
    try:
        yield
    finally:
        logger.removeFilter(is_warning)
