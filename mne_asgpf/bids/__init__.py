"""BIDS: converting corpora, event files, and finding recordings."""

from .convert import convert_to_bids
from .events_tsv import read_events_tsv, write_events_tsv, write_szcore_tsv
from .read import bad_channels, find_bids_recordings
from .szcore import write_szcore_view

__all__ = [
    "bad_channels",
    "convert_to_bids",
    "find_bids_recordings",
    "read_events_tsv",
    "write_events_tsv",
    "write_szcore_tsv",
    "write_szcore_view",
]
