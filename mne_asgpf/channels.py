"""Channel names: the 19 electrodes, their aliases, spellings and mirror images.

They are defined only here. The canonical spelling is that of
mne's ``standard_1005`` montage with the modern names (T7, T8, P7, P8).
"""

import re
from dataclasses import dataclass

#: The 19 scalp electrodes of the 10-20 system, in the published order.
ELECTRODES = (
    "Fp1", "Fp2", "F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2",
    "F7", "F8", "T7", "T8", "P7", "P8", "Fz", "Cz", "Pz",
)  # fmt: skip

#: Old name -> modern name of the same site.
ALIASES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}

# Other electrodes whose name alone identifies a label as EEG.
_SITE = re.compile(
    r"(FP|AF|F|FT|FC|A|T|C|TP|CP|P|PO|O|I|M)(Z|[1-9]|10)|NZ|FPZ|SP[12]|PG[12]", re.ASCII
)
_REFERENCE = re.compile(r"-(REF|LE|AVG|AR|A1|A2|A1A2|M1|M2|LINKED|AV|CZREF)$", re.ASCII)


def _bare(label):
    """Strip the kind, the padding dots and the case: ``'EEG Fc5.'`` -> ``'FC5'``."""
    return re.sub(r"^(EEG|POL)[ -]+", "", label.strip().upper()).replace(".", "").strip()


def _spell(site):
    return ALIASES.get(site, site).replace("FP", "Fp").replace("Z", "z")


def electrode(label):
    """Return the electrode of a label (``'EEG T3-REF'`` -> ``'T7'``); None if it is not one."""
    site = _REFERENCE.sub("", _bare(label))
    return _spell(site) if _SITE.fullmatch(site) else None


def reference(label):
    """Return the reference of a label in upper case (``'REF'``, ``'LE'``); None if not stated."""
    found = _REFERENCE.search(_bare(label))
    return found.group(1) if found and electrode(label) else None


def derivation(label):
    """Return the two electrodes of a bipolar label, ``('Fp1', 'F7')``; None for any other."""
    sites = _bare(label).split("-")
    if electrode(label) or len(sites) < 2 or not all(map(_SITE.fullmatch, sites[:2])):
        return None
    return _spell(sites[0]), _spell(sites[1])


def canonical_name(label):
    """Return the electrode (``'T7'``), the derivation (``'T7-P7'``), or else the label itself."""
    return electrode(label) or "-".join(derivation(label) or [label])


def mirror(name):
    """Return the corresponding electrode of the other hemisphere; on the midline, the same one."""
    letters = name.rstrip("0123456789")
    number = name[len(letters) :]
    return f"{letters}{int(number) + (1 if int(number) % 2 else -1)}" if number else name


@dataclass(frozen=True)
class ChannelMatch:
    """The required channels that a recording has or lacks."""

    found: dict[str, str]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def match_channels(labels, wanted=ELECTRODES):
    """Match labels with required channels, in any order and spelling; of duplicates, the first."""
    at_hand: dict = {}
    for label in labels:
        at_hand.setdefault(canonical_name(label), label)
    keys = {name: canonical_name(name) for name in wanted}
    found = {name: at_hand[key] for name, key in keys.items() if key in at_hand}
    taken = set(found.values())
    return ChannelMatch(
        found,
        tuple(name for name in keys if name not in found),
        tuple(label for label in labels if label not in taken),
    )
