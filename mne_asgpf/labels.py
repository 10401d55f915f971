"""The taxonomy: every seizure type with its codes and class.

It is defined only here. Sources: the labels of the Temple
University Seizure Corpus (TUSZ), the ILAE 2017 classification as encoded by
SzCORE's event codes and HED's SCORE library 2.1.0, and the class schemes of the
published benchmarks (Tang et al., ICLR 2022; Hu et al., TBME 2025).

That tonic, clonic and atonic seizures start generalised is an assumption of the
mapping: TUSZ does not state their onset.
"""

from dataclasses import dataclass

from .defaults import SCHEME

BACKGROUND = "bckg"
#: What is said of a window whose class, or of a seizure whose type, is too uncertain to be named.
NOT_SURE = "not sure"
SEIZURE = "seiz"  # a seizure whose type is not stated


@dataclass(frozen=True)
class SeizureType:
    """One label of TUSZ."""

    label: str  # The four letters of TUSZ.
    name: str
    szcore: str  # The event code of SzCORE.
    hed: str | None  # The tag of HED's SCORE library 2.1.0.
    four: str | None = None  # The classes in the schemes; None if the scheme excludes the type.
    eight: str | None = None


_FOCAL = "focal-onset-epileptic-seizure"
SEIZURE_TYPES = {
    kind.label: kind
    for kind in (
        SeizureType(
            "fnsz", "focal non-specific", "sz_foc", f"Awareness-unknown-{_FOCAL}", "CF", "fnsz"
        ),
        SeizureType("spsz", "simple partial", "sz_foc_a", f"Aware-{_FOCAL}", "CF", "spsz"),
        SeizureType(
            "cpsz", "complex partial", "sz_foc_ia", f"Impaired-awareness-{_FOCAL}", "CF", "cpsz"
        ),
        SeizureType(
            "gnsz",
            "generalised non-specific",
            "sz_gen",
            "Generalized-onset-epileptic-seizure",
            "GN",
            "gnsz",
        ),
        SeizureType("absz", "absence", "sz_gen_nm", "Absence-seizure", "AB", "absz"),
        SeizureType("tnsz", "tonic", "sz_gen_m_tonic", "Tonic-seizure", "CT", "tnsz"),
        SeizureType(
            "tcsz", "tonic-clonic", "sz_gen_m_tonicClonic", "Tonic-clonic-seizure", "CT", "tcsz"
        ),
        SeizureType("mysz", "myoclonic", "sz_gen_m", "Myoclonic-seizure", None, "mysz"),
        SeizureType("cnsz", "clonic", "sz_gen_m_clonic", "Clonic-seizure"),
        SeizureType("atsz", "atonic", "sz_gen_m_atonic", "Atonic-seizure"),
        SeizureType(SEIZURE, "seizure of unstated type", "sz", "Unclassified-epileptic-seizure"),
    )
}

#: Labels of TUSZ that do not mark epileptic seizures.
NO_SEIZURE = {
    BACKGROUND: SeizureType(BACKGROUND, "background", "bckg", "Background-activity"),
    "nesz": SeizureType("nesz", "non-epileptic seizure", "bckg", "Seizure-PNES"),
}

LABELS = SEIZURE_TYPES | NO_SEIZURE

#: Classes of each scheme, in the published order of their indices.
CLASS_SCHEMES = {
    4: ("CF", "GN", "AB", "CT"),
    8: ("fnsz", "spsz", "cpsz", "gnsz", "absz", "tnsz", "tcsz", "mysz"),
}

CLASS_NAMES = {
    "CF": "combined focal",
    "GN": "generalised non-specific",
    "AB": "absence",
    "CT": "combined tonic",
    NOT_SURE: "seizure whose type is not sure",
} | {label: kind.name for label, kind in LABELS.items()}

# A class of the four-class scheme is written as its least specific type.
_CLASS_SZCORE = {"CF": "sz_foc", "GN": "sz_gen", "AB": "sz_gen_nm", "CT": "sz_gen_m"}
_CLASS_SZCORE[NOT_SURE] = SEIZURE_TYPES[SEIZURE].szcore

# 'nesz' is written as background. The label tonic-clonic of TUSZ does not state the onset.
_LABEL_OF_SZCORE = {
    kind.szcore: label for label, kind in LABELS.items() if label not in ("mysz", "nesz")
} | {"sz_uo_m_tonicClonic": "tcsz"}


def class_of(label, scheme=SCHEME):
    """Return the class of a label or class; None for background and types the scheme excludes."""
    if label in CLASS_SCHEMES[scheme]:
        return label
    kind = SEIZURE_TYPES.get(label)
    if kind is None:
        return None
    return {4: kind.four, 8: kind.eight}[scheme]


def is_seizure(label):
    """Return whether a label or class means an epileptic seizure."""
    return label in SEIZURE_TYPES or label in _CLASS_SZCORE


def szcore_code(label):
    """Return the SzCORE event code of a label or class."""
    return _CLASS_SZCORE[label] if label in _CLASS_SZCORE else LABELS[label].szcore


def label_of_szcore(code):
    """Return the label for an SzCORE event code, or the nearest broader one; None for no code."""
    while code not in _LABEL_OF_SZCORE and "_" in code:
        code = code.rpartition("_")[0]
    return _LABEL_OF_SZCORE.get(code)
