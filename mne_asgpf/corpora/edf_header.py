"""The header of an EDF, EDF+ or BDF file, read strictly and without the data.

Sources: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), BioSemi's description
of BDF. Reading only the header takes a millisecond and shows whether a file can be used
and, if not, which field is wrong.
"""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import InputError
from ..type_aliases import PathLike
from .files import refuse_special
from .plain_number import plain_number

_FETCH_AGAIN = "fetch the file again, in binary mode"
_REPAIR = "fetch the file again, or repair this field of the header"

# Fields of the file and of each signal: name -> bytes.
_FILE_FIELDS = {
    "version": 8, "patient": 80, "recording": 80, "start date": 8, "start time": 8,
    "header bytes": 8, "reserved": 44, "number of records": 8, "record duration": 8,
    "number of signals": 4,
}  # fmt: skip
_SIGNAL_FIELDS = {
    "label": 16, "transducer": 80, "physical dimension": 8, "physical minimum": 8,
    "physical maximum": 8, "digital minimum": 8, "digital maximum": 8, "prefiltering": 80,
    "samples per record": 8, "reserved": 32,
}  # fmt: skip
_NUMBERS = [
    "physical minimum", "physical maximum", "digital minimum", "digital maximum",
    "samples per record",
]  # fmt: skip
# The required start of the reserved field.
_MARKERS = (b"EDF+C", b"EDF+D", b"BDF+C", b"BDF+D", b"24BIT")
_FIXED = sum(_FILE_FIELDS.values())
_PER_SIGNAL = sum(_SIGNAL_FIELDS.values())


@dataclass(frozen=True)
class EdfSignal:
    """The header fields of one signal, without padding."""

    label: str
    transducer: str
    physical_dimension: str
    physical_min: float  # In the physical dimension.
    physical_max: float
    digital_min: float  # A limit left blank is NaN.
    digital_max: float
    prefiltering: str
    n_samples: int  # In a record.

    @property
    def is_annotations(self):
        """Whether the signal holds the annotations of EDF+ or BDF+; case is ignored."""
        return self.label.upper() in ("EDF ANNOTATIONS", "BDF ANNOTATIONS")


@dataclass(frozen=True)
class EdfHeader:
    """The header of a recording.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    format : "edf" | "bdf"
        The format by content: samples of two or three bytes.
    patient, recording : str
        The identification fields, as written.
    start : datetime.datetime | None
        Start of the recording; None if withheld or invalid.
    is_edf_plus : bool
        Whether it is EDF+ or BDF+.
    is_discontinuous : bool
        Whether it is EDF+D or BDF+D: gaps between its records are allowed.
    n_records_stated : int
        Number of records stated in the header; -1 if it was never filled in.
    n_records : int
        Number of whole records in the file.
    n_bytes_over : int
        Bytes after the records stated in the header.
    record_duration : float
        Seconds.
    signals : tuple of EdfSignal
        The signals, including annotations.
    """

    path: Path
    format: str
    patient: str
    recording: str
    start: datetime | None
    is_edf_plus: bool
    is_discontinuous: bool
    n_records_stated: int
    n_records: int
    n_bytes_over: int
    record_duration: float
    signals: tuple[EdfSignal, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the signals other than annotations, as written."""
        return tuple(signal.label for signal in self.signals if not signal.is_annotations)

    @property
    def sfreqs(self) -> tuple[float, ...]:
        """Sampling rates in Hz of the signals in ``labels``; NaN in records of 0 s."""
        return tuple(
            signal.n_samples / self.record_duration if self.record_duration else math.nan
            for signal in self.signals
            if not signal.is_annotations
        )

    @property
    def duration(self) -> float:
        """Seconds of data in the file, excluding gaps."""
        return self.n_records * self.record_duration

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample."""
        return {"edf": 2, "bdf": 3}[self.format]

    @property
    def header_bytes(self) -> int:
        """Bytes before the first record."""
        return _FIXED + _PER_SIGNAL * len(self.signals)


def withheld_edf_header(header, *, n_records, labels, units):
    """Make a header with what is needed to read the signals and without identity."""
    # Of the same length, with the numbers as written. Of the reserved fields only the format marker
    # is kept; transducers and prefiltering are blank; identity and date are withheld as EDF+
    # specifies.
    n = len(header.signals)
    with header.path.open("rb") as file:
        fixed = _split(file.read(_FIXED), _FILE_FIELDS, 1)
        of_signals = _split(file.read(_PER_SIGNAL * n), _SIGNAL_FIELDS, n)
    marker = fixed["reserved"][0][:5]
    of_file = {
        "version": [fixed["version"][0]],
        "patient": [b"X X X X"],
        "recording": [b"Startdate X X X X"],
        "start date": [b"01.01.85"],  # readers treat it as an unknown date
        "start time": [b"00.00.00"],
        "header bytes": fixed["header bytes"],
        "reserved": [marker if marker in _MARKERS else b""],
        "number of records": [str(n_records).encode()],
        "record duration": fixed["record duration"],
        "number of signals": fixed["number of signals"],
    }
    of_signal = {
        "label": [label.encode("latin-1") for label in labels],
        "physical dimension": [unit.encode("latin-1") for unit in units],
    } | {name: of_signals[name] for name in _NUMBERS}
    return b"".join(
        value.strip(b" \0").ljust(width)
        for values, widths, count in ((of_file, _FILE_FIELDS, 1), (of_signal, _SIGNAL_FIELDS, n))
        for name, width in widths.items()
        for value in values.get(name, [b""] * count)
    )


def read_edf_header(path: PathLike) -> EdfHeader:
    """Read the header of an EDF, EDF+ or BDF file.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    header : EdfHeader
        The header, checked against the size of the file.

    Raises
    ------
    InputError
        If the file cannot be read, is not an EDF or BDF, is truncated or has an
        invalid field, which the message names.
    """
    path = Path(path)
    refuse_special(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            fixed = _split(file.read(_FIXED), _FILE_FIELDS, 1)
            form = _format(path, size, fixed["version"][0])
            n_signals = _integer(path, "number of signals", fixed["number of signals"][0], 1)
            stated = _integer(path, "header bytes", fixed["header bytes"][0], 0)
            header_bytes = _FIXED + _PER_SIGNAL * n_signals
            if stated != header_bytes:
                raise InputError(
                    path,
                    f"field 'header bytes' is {stated}, but {n_signals} signals take "
                    f"{header_bytes}",
                    _REPAIR,
                )
            if size < header_bytes:
                raise InputError(
                    path, f"ends within its header, at byte {size} of {header_bytes}", _FETCH_AGAIN
                )
            signals = _signals(path, file.read(_PER_SIGNAL * n_signals), n_signals)
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({error.strerror})", "check the path and its permissions"
        ) from error

    record_duration = _number(path, "record duration", fixed["record duration"][0])
    if not 0 <= record_duration < math.inf:
        raise InputError(path, f"field 'record duration' is {record_duration:g}", _REPAIR)
    sample_bytes = {"edf": 2, "bdf": 3}[form]
    record_bytes = sample_bytes * sum(signal.n_samples for signal in signals)
    if record_bytes == 0:
        raise InputError(path, "field 'samples per record' is 0 in every signal", _REPAIR)
    n_stated = _integer(path, "number of records", fixed["number of records"][0], -1)
    n_held = (size - header_bytes) // record_bytes
    if n_held < n_stated:
        raise InputError(
            path, f"is truncated: {n_held} of {n_stated} records are there", _FETCH_AGAIN
        )
    if n_held == 0:
        raise InputError(path, "holds a header but no record of data", _FETCH_AGAIN)
    reserved = fixed["reserved"][0]
    return EdfHeader(
        path=path,
        format=form,
        patient=_text(fixed["patient"][0]),
        recording=_text(fixed["recording"][0]),
        start=_start(fixed["start date"][0], fixed["start time"][0]),
        is_edf_plus=reserved[:4] in (b"EDF+", b"BDF+"),
        is_discontinuous=reserved[:5] in (b"EDF+D", b"BDF+D"),
        n_records_stated=n_stated,
        n_records=n_held,
        n_bytes_over=size - header_bytes - max(n_stated, 0) * record_bytes,
        record_duration=record_duration,
        signals=signals,
    )


def _split(data, fields, n):
    """Split a block in which each field occurs ``n`` times in a row."""
    values, start = {}, 0
    for name, width in fields.items():
        values[name] = [data[start + i * width : start + (i + 1) * width] for i in range(n)]
        start += n * width
    return values


def _format(path, size, version):
    if size == 0:
        raise InputError(path, "has zero length", _FETCH_AGAIN)
    if version == b"\xffBIOSEMI":
        return "bdf"
    if version.strip(b" \0") != b"0":
        raise InputError(
            path,
            f"is not an EDF or BDF: it begins with {version!r}",
            "give a recording in EDF or BDF; convert others, for example with mne.export",
        )
    if size < _FIXED:
        raise InputError(path, f"ends within its header, at byte {size} of {_FIXED}", _FETCH_AGAIN)
    return "edf"


def _signals(path, data, n):
    fields = _split(data, _SIGNAL_FIELDS, n)
    signals = []
    for i in range(n):
        label = _text(fields["label"][i])
        where = f"of signal {i + 1} ({label!r})"
        physical_min, physical_max, digital_min, digital_max = (
            _number(path, f"{limit} {where}", fields[limit][i])
            for limit in (
                "physical minimum",
                "physical maximum",
                "digital minimum",
                "digital maximum",
            )
        )
        n_samples = _integer(
            path, f"samples per record {where}", fields["samples per record"][i], 0
        )
        signals.append(
            EdfSignal(
                label,
                _text(fields["transducer"][i]),
                _text(fields["physical dimension"][i]),
                physical_min,
                physical_max,
                digital_min,
                digital_max,
                _text(fields["prefiltering"][i]),
                n_samples,
            )
        )
    return tuple(signals)


def _text(field):
    # The standard allows ASCII only; other characters, such as the micro sign, are Latin-1.
    return field.decode("latin-1").strip(" \0")


def _integer(path, name, field, least):
    text = _text(field)
    if not re.fullmatch(r"[+-]?\d+", text, re.ASCII) or int(text) < least:
        raise InputError(
            path, f"field '{name}' is {text!r}, expected a whole number from {least}", _REPAIR
        )
    return int(text)


def _number(path, name, field):
    text = _text(field).replace(",", ".")
    if not text:
        return math.nan
    number = plain_number(text)
    if number is None:
        raise InputError(path, f"field '{name}' is {text!r}, which is not a number", _REPAIR)
    return number


def _start(date, time):
    # A withheld or missing date is written as the first day that the format can express.
    if re.fullmatch("01.01.85", _text(date)):
        return None
    # Some writers use colons or slashes instead of dots.
    try:
        day, month, year = map(int, re.split(r"[.:/-]", _text(date)))
        hour, minute, second = map(int, re.split(r"[.:/-]", _text(time)))
        return datetime(year + (1900 if year >= 85 else 2000), month, day, hour, minute, second)
    except ValueError:
        return None
