"""Numbers as files may write them: in ASCII digits, finite or not, nothing else."""

import re

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def plain_number(text):
    """Read a number that is written plainly.

    Python reads more than that as a number: ``'1_000'``, ``'infinity'``, digits of
    any script.

    Parameters
    ----------
    text : str
        A field of a file; blanks around the number do not count.

    Returns
    -------
    number : float | None
        The number, infinite where it is too large; None for any other text.
    """
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None
