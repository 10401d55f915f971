"""Scores of clip classifiers, the baselines they have to beat, and whether splits hold."""

from .audit_table import read_audit_table
from .baseline import majority_baseline, spectrum_baseline
from .calibration import CalibrationScores, risk_coverage, score_calibration, score_sets
from .graph_comparison import GraphComparison, compare_graphs
from .published import PUBLISHED
from .scores import ClipScores, compare_clips, score_clips, scores_table
from .split_audit import SplitAudit, audit_splits
from .typing_scores import clip_arrays, score_typing, score_windows, type_probabilities

__all__ = [
    "PUBLISHED",
    "CalibrationScores",
    "ClipScores",
    "GraphComparison",
    "SplitAudit",
    "audit_splits",
    "clip_arrays",
    "compare_clips",
    "compare_graphs",
    "majority_baseline",
    "read_audit_table",
    "risk_coverage",
    "score_calibration",
    "score_clips",
    "score_sets",
    "score_typing",
    "score_windows",
    "scores_table",
    "spectrum_baseline",
    "type_probabilities",
]
