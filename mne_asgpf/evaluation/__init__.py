"""Scores of clip classifiers and the baselines they have to beat."""

from .baseline import majority_baseline, spectrum_baseline
from .scores import ClipScores, compare_clips, score_clips, scores_table
from .typing import clip_arrays, given_seizure, score_typing, type_probabilities

__all__ = [
    "ClipScores",
    "clip_arrays",
    "compare_clips",
    "given_seizure",
    "majority_baseline",
    "score_clips",
    "score_typing",
    "scores_table",
    "spectrum_baseline",
    "type_probabilities",
]
