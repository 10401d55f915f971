"""BIDS: corpora converted to it, its event files, and its recordings found again."""

from .convert import convert_to_bids
from .events_tsv import read_events_tsv, write_events_tsv, write_szcore_tsv
from .read import find_bids_recordings

__all__ = [
    "convert_to_bids",
    "find_bids_recordings",
    "read_events_tsv",
    "write_events_tsv",
    "write_szcore_tsv",
]
