"""The text of a label file while it is read: its lines and their repairs."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from mne.utils import logger

from ..errors import InputError
from .edf_header import read_edf_header
from .files import refuse_special
from .plain_number import plain_number

_CORRECT = "fetch the label file again, correct this line or read the file with lenient=True"


@dataclass(frozen=True)
class Repair:
    """A repair that lenient reading made to a malformed line."""

    line: int  # From 1.
    problem: str  # What is wrong with it.
    repair: str  # How it was repaired.

    def __str__(self):
        return f"line {self.line} {self.problem}: {self.repair}"


class LabelText:
    """The lines of a label file and their repairs."""

    # `lenient` repairs or skips malformed lines instead of refusing the file. `meas_date` is the
    # start of the recording, for files that state times of day; None to read it from the EDF of the
    # same name. `lines` has (number, text) of each line that is not blank, without line ends, outer
    # blanks and byte-order mark.

    def __init__(self, path, *, lenient=False, meas_date=None):
        self.path = Path(path)
        self.lenient = lenient
        self.repairs = []
        self._first_error = None
        self._meas_date = meas_date
        self.lines = self._read_lines()

    def malformed(self, number, problem, remedy=_CORRECT):
        """Make the error for a line, numbered from 1, that cannot be parsed."""
        return InputError(self.path, f"line {number} {problem}", remedy)

    def repair(self, number, problem, repair):
        """Record a repair, or refuse the line if reading is not lenient."""
        if not self.lenient:
            raise self.malformed(number, problem)
        self.repairs.append(Repair(number, problem, repair))
        logger.warning("%s: %s", self.path, self.repairs[-1])

    @contextmanager
    def leaving_out(self, number):
        """Skip a line that turns out malformed, if reading is lenient."""
        try:
            yield
        except InputError as error:
            if not self.lenient:
                raise
            self._first_error = self._first_error or error
            problem = error.problem.removeprefix(f"line {number} ")
            self.repair(number, problem, "the line is skipped")

    def require(self, rows):
        """Refuse a file of which all lines were skipped."""
        # Otherwise leniency would turn a garbled file into one without seizures.
        if self._first_error and not rows:
            raise self._first_error

    def check_version(self, number, line, family):
        """Refuse a header line with another version than 1 of the family, such as ``"tse"``."""
        found = re.fullmatch(r"#?\s*version\s*=\s*(.*)", line)
        if found and not found.group(1).startswith(f"{family}_v1."):
            problem = f"states version {found.group(1)!r}, not {family}_v1"
            self.repair(number, problem, f"read as {family}_v1")

    def seconds(self, number, name, text):
        """Read a time, as seconds from the start of the recording or an ISO date-time."""
        value = plain_number(text)
        if value is not None:
            if abs(value) == float("inf"):
                raise self.malformed(number, f"has {name} {text.strip()!r}, which is not a time")
            return value
        try:
            stamp = datetime.fromisoformat(text.strip())
        except ValueError:
            stamp = None
        if stamp is None or ":" not in text:
            raise self.malformed(number, f"has {name} {text.strip()!r}, which is not a number")
        if stamp.tzinfo is not None:
            problem = f"has {name} {text.strip()!r} in a time zone, which recordings do not state"
            self.repair(number, problem, "the zone is ignored")
        if self._start is None:
            raise self.malformed(
                number,
                f"has {name} {text.strip()!r}, but the start of the recording is unknown",
                "put the EDF of the same name next to the label file, or give meas_date",
            )
        return (stamp.replace(tzinfo=None) - self._start).total_seconds()

    @cached_property
    def _start(self):
        if self._meas_date is not None:
            return self._meas_date.replace(tzinfo=None)
        for suffix in (".edf", ".EDF"):
            try:
                return read_edf_header(self.path.with_suffix(suffix)).start
            except InputError:
                continue
        return None

    def _read_lines(self):
        refuse_special(self.path)
        try:
            raw = self.path.read_bytes()
        except OSError as error:
            raise InputError(
                self.path, f"cannot be read ({error.strerror})", "check the path and permissions"
            ) from error
        lines = []
        for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
            try:
                text = line.decode("utf-8").strip()
            except UnicodeDecodeError:
                self.repair(number, "is not UTF-8 text", "read as Latin-1")
                text = line.decode("latin-1").strip()
            if text:
                lines.append((number, text))
        if not lines:
            raise InputError(self.path, "is an empty label file", "fetch it again or remove it")
        return lines
