"""Checks of whether a recording can be used, and the remedies if not."""

import codecs
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..channels import ELECTRODES, canonical_name, derivation, match_channels, reference
from ..defaults import CLIP_LEN, MAX_MISSING, SFREQ
from ..errors import InputError
from .edf_header import read_edf_header
from .record_gaps import find_record_gaps

# Limits of plausible EEG: the sampling rate in Hz and the amplifier range in V.
_MOST_HZ, _MOST_VOLTS = 1e5, 1e5
_MICROVOLT_SIGNS = ("uV", "\u00b5V", "\u03bcV", "\x83\xcaV")
# The units that mne scales, in volts; values in any other would be read as volts.
_UNITS = dict.fromkeys(_MICROVOLT_SIGNS, 1e-6) | {"mV": 1e-3, "V": 1.0}


@dataclass(frozen=True)
class Check:
    """The result of checking one file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        The kind of label file, or how the recording's name ends (``"edf"``, ``"vhdr"``).
    status : "ok" | "usable" | "refused"
        The remedy for usable files is applied on reading; refused files are
        excluded until the user applies it.
    problem : str
        What is wrong; empty for ok.
    remedy : str
        What is done, or has to be done, about it; empty for ok.
    """

    path: Path
    kind: str
    status: str
    problem: str = ""
    remedy: str = ""


def check_recording(path, *, channels=ELECTRODES, max_missing=MAX_MISSING, sfreq=SFREQ):
    """Check from the header whether an EDF or BDF recording can be used."""
    # It can if it needs resampling, lacks no more channels than allowed, is shorter than a window
    # (prediction pads it), names an electrode twice or was never closed by the recorder.
    path = Path(path)
    try:
        header = read_edf_header(path)
    except InputError as error:
        return Check(path, _kind(path), "refused", error.problem, error.remedy)
    return check_header(header, channels=channels, max_missing=max_missing, sfreq=sfreq)


def check_header(header, *, channels=ELECTRODES, max_missing=MAX_MISSING, sfreq=SFREQ):
    """Check from a header that was read already whether a recording can be used."""
    kind = _kind(header.path)
    match = match_channels(header.labels, channels)
    try:
        _refuse_unreadable(header, kind)
        refuse_channels(header.path, match, max_missing)
        _refuse_scaling(header, match)
        refuse_rates(header.path, eeg_sfreqs(header, match), sfreq)
    except InputError as error:
        return Check(header.path, kind, "refused", error.problem, error.remedy)
    findings = _find_remedies(
        header.labels, match, eeg_sfreqs(header, match), header.duration, sfreq
    )
    return _sum_up(header.path, kind, [*findings, *_find_record_remedies(header)])


def check_channels(
    path,
    kind,
    labels,
    recorded,
    duration,
    *,
    channels=ELECTRODES,
    max_missing=MAX_MISSING,
    sfreq=SFREQ,
):
    """Check whether a recording with a single sampling rate can be used, in any format."""
    match = match_channels(labels, channels)
    try:
        refuse_channels(path, match, max_missing)
        refuse_rates(path, [recorded], sfreq)
    except InputError as error:
        return Check(path, kind, "refused", error.problem, error.remedy)
    return _sum_up(path, kind, list(_find_remedies(labels, match, [recorded], duration, sfreq)))


def _sum_up(path, kind, findings):
    if not findings:
        return Check(path, kind, "ok")
    problems, remedies = zip(*findings, strict=True)
    return Check(path, kind, "usable", "; ".join(problems), "; ".join(remedies))


def eeg_sfreqs(header, match):
    """Return the distinct rates in Hz of the matched channels, ascending."""
    rates = dict(zip(reversed(header.labels), reversed(header.sfreqs), strict=True))
    return sorted({rates[label] for label in match.found.values()})


def refuse_channels(where, match, max_missing, bads=()):
    """Refuse a recording with too many missing or bad channels, or with different references."""
    n_wanted = len(match.found) + len(match.missing)
    good = [label for label in match.found.values() if label not in bads]
    references: dict = {}
    for label in good:
        references.setdefault(reference(label), []).append(label)
    references.pop(None, None)
    if len(references) > 1:
        raise InputError(
            where,
            "its channels have different references: "
            + "; ".join(_names(labels) for labels in references.values()),
            "export them with a common reference",
        )
    unusable = [*match.missing, *(name for name, label in match.found.items() if label in bads)]
    if len(unusable) <= max_missing and good:
        return
    labels = [*match.found.values(), *match.extra]
    if not labels:
        raise InputError(
            where, "holds only annotations and no signals", "give the recording they belong to"
        )
    bipolar = [label for label in match.extra if derivation(label)]
    if len(bipolar) > len(match.found):
        raise InputError(
            where,
            f"its channels are bipolar: {_names(bipolar)}",
            "export the referential recording, one channel per electrode (single electrodes cannot "
            "be computed from differences), or require the derivations as channels",
        )
    if not match.found:
        raise InputError(
            where,
            f"none of the {n_wanted} required channels found in {_names(labels)}",
            "name the channels by the 10-20 system",
        )
    raise InputError(
        where,
        f"{len(unusable)} of {n_wanted} channels missing or bad: {', '.join(unusable)}; others "
        f"present: {_names(match.extra) or 'none'}",
        f"rename the channels, or allow more than {max_missing} missing ones",
    )


def refuse_rates(where, rates, sfreq):
    """Refuse rates below half the required one, or higher than is plausible for EEG."""
    # Below half of it, most frequencies that a model uses are missing.
    if max(rates) > _MOST_HZ:
        raise InputError(
            where,
            f"its sampling rate of {max(rates):g} Hz is not plausible for EEG",
            "correct the duration of a record, or the rate, in the header",
        )
    if min(rates) < sfreq / 2:
        raise InputError(
            where,
            f"is sampled at {min(rates):g} Hz, so that it holds nothing above "
            f"{min(rates) / 2:g} of the required {sfreq / 2:g} Hz",
            f"give it at {sfreq / 2:g} Hz or more, or use a model of a lower sampling rate",
        )


def _kind(path):
    kind = path.suffix[1:].lower()
    return kind if kind in ("edf", "bdf") else "edf"


def _refuse_unreadable(header, kind):
    if header.format != kind:
        raise InputError(
            header.path,
            f"holds {header.format.upper()} under the suffix {header.path.suffix}",
            f"rename it to {header.path.stem}.{header.format}",
        )
    blank = [
        signal.label
        for signal in header.signals
        if math.isnan(signal.physical_max - signal.physical_min)
        or math.isnan(signal.digital_max - signal.digital_min)
    ]
    if blank:
        raise InputError(
            header.path,
            f"physical or digital limits are blank in {_names(blank)}",
            "write the limits into the header",
        )
    if header.n_bytes_over and _is_mangled(header):
        raise InputError(
            header.path,
            "its data were changed by a text editor or a transfer in text mode",
            "fetch the file again, in binary mode",
        )
    if header.is_discontinuous:
        gaps = find_record_gaps(header)
        if gaps:
            raise InputError(
                header.path,
                f"is EDF+D with gaps between records ({len(gaps)}), the first from "
                f"{gaps[0][0]:g} to {gaps[0][1]:g} s",
                "export it as EDF+C, with the gaps filled or one file per piece",
            )


def _refuse_scaling(header, match):
    if not header.duration:
        raise InputError(
            header.path, "field 'record duration' is 0", "write the duration into the header"
        )
    signals = {signal.label: signal for signal in reversed(header.signals)}
    wanted = [signals[label] for label in match.found.values()]
    flat = [
        signal.label
        for signal in wanted
        if signal.physical_min == signal.physical_max or signal.digital_min == signal.digital_max
    ]
    if flat:
        raise InputError(
            header.path,
            f"limits are equal, so that there is no scale, in {_names(flat)}",
            "write the physical and digital limits into the header",
        )
    swapped = [signal.label for signal in wanted if signal.digital_min > signal.digital_max]
    if swapped:
        raise InputError(
            header.path,
            f"the digital minimum is above the maximum in {_names(swapped)}",
            "swap the digital limits in the header",
        )
    silent = [signal.label for signal in wanted if signal.n_samples == 0]
    if silent:
        raise InputError(
            header.path,
            f"field 'samples per record' is 0 in {_names(silent)}",
            "export the recording again",
        )
    odd = [signal for signal in wanted if signal.physical_dimension not in _UNITS]
    if odd:
        raise InputError(
            header.path,
            f"field 'physical dimension' is {odd[0].physical_dimension!r} in "
            f"{_names([signal.label for signal in odd])}",
            "write the unit into the header: uV, mV or V",
        )
    for signal in wanted:
        greatest = max(abs(signal.physical_min), abs(signal.physical_max))
        if greatest * _UNITS[signal.physical_dimension] > _MOST_VOLTS:
            raise InputError(
                header.path,
                f"a physical limit of {greatest:g} {signal.physical_dimension} in {signal.label} "
                "is beyond the range of amplifiers",
                "correct the physical limits in the header",
            )


def _find_remedies(labels, match, sfreqs, duration, sfreq):
    if match.missing:
        n_wanted = len(match.found) + len(match.missing)
        yield (
            f"{len(match.missing)} of {n_wanted} channels missing: {', '.join(match.missing)}",
            "masked out",
        )
    counts = Counter(canonical_name(label) for label in labels)
    twice = [name for name, label in match.found.items() if counts[canonical_name(label)] > 1]
    if twice:
        yield f"more than one channel for {', '.join(twice)}", "the first is used"
    if sfreqs != [sfreq]:
        rates = ", ".join(f"{rate:g}" for rate in sfreqs)
        yield f"sampled at {rates} Hz", f"resampled to {sfreq:g} Hz"
    if duration < CLIP_LEN:
        yield (
            f"{duration:g} s is shorter than a window of {CLIP_LEN:g} s",
            "padded in prediction",
        )


def _find_record_remedies(header):
    if header.n_records_stated == -1:
        yield (
            "field 'number of records' is -1: the recorder never closed the file",
            f"its {header.n_records} records are read",
        )
    elif header.n_bytes_over:
        yield (
            f"{header.n_bytes_over} bytes follow the {header.n_records_stated} stated records",
            f"its {header.n_records} whole records are read",
        )


def _is_mangled(header):
    """Return whether line ends were doubled or bytes re-encoded in the data."""
    with header.path.open("rb") as file:
        file.seek(header.header_bytes)
        data = file.read(1_000_000)
    n_line_feeds = data.count(b"\n")
    if n_line_feeds > 9 and data.count(b"\r\n") == n_line_feeds:
        return True
    # Samples contain bytes above 127; only re-encoded data are valid UTF-8 throughout.
    try:
        return not codecs.getincrementaldecoder("utf-8")().decode(data).isascii()
    except UnicodeDecodeError:
        return False


def _names(labels, n=4):
    return ", ".join(labels[:n]) + (f" and {len(labels) - n} more" if len(labels) > n else "")
