"""Scores of clip classifiers, baselines for comparison, and the audit of splits."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .audit_table import read_audit_table
from .baseline import majority_baseline, spectrum_baseline
from .calibration import CalibrationScores, risk_coverage, score_calibration, score_sets
from .confidence_scores import score_confidence
from .event_scores import EventScores, compare_events, score_detection, score_events
from .graph_comparison import GraphComparison, compare_graphs
from .published import PUBLISHED
from .scores import ClipScores, compare_clips, score_clips, scores_table
from .spectrum_detector import SpectrumDetector
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
    "CalibrationScores",
    "ClipScores",
    "GraphComparison",
    "EventScores",
    "SpectrumDetector",
    "SplitAudit",
    "audit_splits",
    "clip_arrays",
    "compare_clips",
    "compare_graphs",
    "compare_events",
    "majority_baseline",
    "read_audit_table",
    "risk_coverage",
    "score_calibration",
    "score_clips",
    "score_confidence",
    "score_sets",
    "score_detection",
    "score_events",
    "score_most_frequent",
    "score_typing",
    "score_windows",
    "scores_table",
    "spectrum_baseline",
    "type_probabilities",
]
