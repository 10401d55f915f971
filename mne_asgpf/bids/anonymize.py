"""Recordings without identities: pseudonyms, and EDF files that name nobody and no day."""

import hmac
import shutil

from ..corpora.edf_header import read_edf_header

# Where an EDF states who and when: offset -> what stands there instead. EDF+ asks for X
# where a subfield is withheld, and readers take 1985 for a day that is not told.
_WITHHELD = {
    8: b"X X X X".ljust(80),
    88: b"Startdate X X X X".ljust(80),
    168: b"01.01.85",
    176: b"00.00.00",
}
_END_OF_LIST = b"\x14\x00"


def pseudonym(secret, patient):
    """Give a patient another name, which nobody can trace back without the secret.

    Parameters
    ----------
    secret : str
        A passphrase. The same one gives the same names, so that recordings can be
        added later.
    patient : str
        The patient's id.

    Returns
    -------
    name : str
        Twelve hexadecimal digits.
    """
    return hmac.digest(secret.encode(), patient.encode(), "sha256").hex()[:12]


def anonymization_key(secret):
    """Give what tells whether two datasets were anonymized alike.

    Parameters
    ----------
    secret : str | None
        The passphrase; None for a dataset with names.

    Returns
    -------
    key : str | None
        A note for the description of the dataset, which does not tell the passphrase;
        None for a dataset with names.
    """
    return None if secret is None else f"anonymized with key {pseudonym(secret, '')}"


def copy_without_identity(source, target):
    """Copy an EDF or BDF file without names, dates and free text.

    Signals stay as they are. Of the annotations of EDF+, the times of the records stay
    and all texts go.

    Parameters
    ----------
    source : path-like
        The file.
    target : path-like
        The copy.

    Raises
    ------
    InputError
        If the header is malformed.
    """
    header = read_edf_header(source)
    shutil.copyfile(source, target)
    width = 3 if header.format == "bdf" else 2
    sizes = [width * signal.n_samples for signal in header.signals]
    with open(target, "r+b") as file:
        for offset, text in _WITHHELD.items():
            file.seek(offset)
            file.write(text)
        first_record = 256 * (1 + len(header.signals))
        for record in range(header.n_records):
            start = first_record + record * sum(sizes)
            is_first = True
            for i, signal in enumerate(header.signals):
                if signal.is_annotations:
                    file.seek(start + sum(sizes[:i]))
                    kept = _time_of_record(file.read(sizes[i])) if is_first else b""
                    file.seek(start + sum(sizes[:i]))
                    file.write(kept.ljust(sizes[i], b"\x00"))
                    is_first = False


def _time_of_record(annotations):
    """Keep the first list, which tells when the record began, without its texts."""
    onset, separator, _ = annotations.partition(b"\x14")
    return onset + b"\x14" + _END_OF_LIST if separator else b""
