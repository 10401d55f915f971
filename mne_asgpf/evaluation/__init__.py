"""Scores of clip classifiers, the baselines they have to beat, and whether splits hold."""

from .audit_table import read_audit_table
from .baseline import majority_baseline, spectrum_baseline
from .event_scores import EventScores, compare_events, score_detection, score_events
from .published import PUBLISHED
from .scores import ClipScores, compare_clips, score_clips, scores_table
from .split_audit import SplitAudit, audit_splits
from .typing_scores import (
    clip_arrays,
    score_most_frequent,
    score_typing,
    score_windows,
    type_probabilities,
)

__all__ = [
    "PUBLISHED",
    "ClipScores",
    "EventScores",
    "SplitAudit",
    "audit_splits",
    "clip_arrays",
    "compare_clips",
    "compare_events",
    "majority_baseline",
    "read_audit_table",
    "score_clips",
    "score_detection",
    "score_events",
    "score_most_frequent",
    "score_typing",
    "score_windows",
    "scores_table",
    "spectrum_baseline",
    "type_probabilities",
]
