"""Scores of clip classifiers and the baselines they have to beat."""

from .baseline import majority_baseline, spectrum_baseline
from .scores import ClipScores, score_clips, scores_table

__all__ = [
    "ClipScores",
    "majority_baseline",
    "score_clips",
    "scores_table",
    "spectrum_baseline",
]
