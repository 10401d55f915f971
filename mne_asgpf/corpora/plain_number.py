"""Parsing numbers in files: ASCII digits only, finite or not."""

import re

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def plain_number(text):
    """Parse a plainly written number; None for any other text."""
    # Unlike float, it does not accept '1_000', 'infinity' or digits of other scripts.
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None
