"""Progress bars without the messages that mne logs at the same level."""

import logging
from contextlib import contextmanager

from mne.utils import logger


@contextmanager
def bars_without_messages():
    """Suppress messages below warnings, so that progress bars remain readable."""

    def is_warning(record):
        return record.levelno >= logging.WARNING

    logger.addFilter(is_warning)
    try:
        yield
    finally:
        logger.removeFilter(is_warning)
