"""Which patient or recording of TUSZ a name means, in whichever version and layout."""

import re

from ..corpora.layout import TUSZ_NAME, patient_v1, patient_v2

_BIDS = re.compile(r"sub-([a-z]{8})_ses-(\d+)_(?:.+_)?run-(\d+)(?:_.*)?", re.ASCII)
_V2_ID = re.compile(r"[a-z]{8}", re.ASCII)


def tusz_recording(name):
    """Tell which recording of TUSZ a name means.

    Parameters
    ----------
    name : str
        The name of a file without its ending.

    Returns
    -------
    recording : tuple | None
        The patient's id in v1, the number of the session and the token, which the
        versions share; None where it is no name of TUSZ.
    """
    if found := TUSZ_NAME.fullmatch(name):
        patient, session, token = found.groups()
        return patient_v1(patient), int(session), int(token)
    if found := _BIDS.fullmatch(name):
        patient, session, run = found.groups()
        return patient_v1(patient), int(session), int(run) - 1
    return None


def same_patient(patient):
    """Give one name to a patient whom the versions of TUSZ name differently.

    Parameters
    ----------
    patient : str | int
        The patient's id.

    Returns
    -------
    patient : str
        The id of v2 for one of v1, which is a number of eight digits; any other as it is.
    """
    patient = str(patient)
    return patient_v2(patient) if re.fullmatch(r"\d{8}", patient, re.ASCII) else patient


def spellings(patient):
    """Give the names that a patient may have in the versions of TUSZ.

    Parameters
    ----------
    patient : str
        The patient's id.

    Returns
    -------
    names : set of str
        The id, and those of v1 and v2 where it is one of either.
    """
    names = {patient, same_patient(patient)}
    return names | {patient_v1(name) for name in names if _V2_ID.fullmatch(name)}
