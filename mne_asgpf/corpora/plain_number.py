"""Parsing numbers in files: ASCII digits only, finite or not."""

import re

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def plain_number(text):
    """Parse a plainly written number.

    Unlike :class:`float`, it does not accept ``'1_000'``, ``'infinity'`` or digits of
    other scripts.

    Parameters
    ----------
    text : str
        A field of a file; surrounding blanks are ignored.

    Returns
    -------
    number : float | None
        The number, infinite if it is too large; None for any other text.
    """
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None
