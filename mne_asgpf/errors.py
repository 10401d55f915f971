"""The error for invalid input: one line with the problem and the remedy."""

import os
import re

# Characters that end a line, control a terminal or reverse its text, and non-characters.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text):
    """Escape the characters of a text that cannot be shown in one line."""
    return _UNPRINTABLE.sub(lambda found: ascii(found.group())[1:-1], text)


class InputError(ValueError):
    """Input that cannot be used as given.

    The command line prints it as one line and exits with code 2; in Python it is
    an ordinary :class:`ValueError`.

    Parameters
    ----------
    where : path-like | str
        The file, folder or argument that cannot be used.
    problem : str
        What is wrong with it, to be read after ``where``: ``"is not a folder"`` or
        ``"line 3 has 2 fields, expected 4"``, not ``"it is not a folder"``.
    remedy : str
        What the user can do about it.
    """

    def __init__(self, where: str | os.PathLike[str], problem: str, remedy: str) -> None:
        self.where = str(where)
        self.problem = problem
        self.remedy = remedy
        super().__init__(self.where, problem, remedy)

    def __str__(self):
        return printable(f"{self.where}: {self.problem}. Remedy: {self.remedy}")
