"""Scores of a clip classifier, with intervals over patients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from numpy.typing import ArrayLike
from sklearn.metrics import (
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
    roc_auc_score,
)

from ..errors import InputError
from ..events.decide import decide
from ..type_aliases import RandomState
from ..viz.confusion import plot_confusion
from .bootstrap import (
    draw_patients,
    drawn_auroc,
    figures_of_confusions,
    patient_confusions,
    percentiles,
)


@dataclass(frozen=True, eq=False, repr=False)
class ClipScores:
    """Scores of the classification of clips.

    Parameters
    ----------
    classes : tuple of str
        The classes of the classifier.
    n_clips : int
        Number of clips.
    n_patients : int | None
        Number of patients; None if unknown.
    weighted_f1 : float
        Mean F1 of the classes, weighted by their number of clips.
    macro_f1 : float
        Mean F1 of the classes that are present.
    balanced_accuracy : float
        Mean recall of the classes that are present.
    macro_auroc : float | None
        Mean area under the ROC curve, one class against the rest, of the classes
        that are present; None if there is only one.
    interval : tuple of float
        Low and high end of the 95 % interval of ``weighted_f1`` by bootstrap over
        patients (over clips if patients are unknown); NaN for a single one.
    intervals : pandas.DataFrame
        ``low`` and ``high`` of ``weighted_f1``, ``macro_f1``, ``balanced_accuracy`` and
        ``macro_auroc``, computed in the same way.
    confusion : pandas.DataFrame
        Number of clips, true classes in rows and predicted ones in columns.
    per_class : pandas.DataFrame
        ``precision``, ``recall``, ``f1`` and ``support`` of each class, and ``auroc``, one
        class against the rest.
    """

    classes: tuple[str, ...]
    n_clips: int
    n_patients: int | None
    weighted_f1: float
    macro_f1: float
    balanced_accuracy: float
    macro_auroc: float | None
    interval: tuple[float, float]
    intervals: pd.DataFrame
    confusion: pd.DataFrame
    per_class: pd.DataFrame

    def to_data_frame(self) -> pd.DataFrame:
        """Return the scores as a table of one row.

        Returns
        -------
        table : pandas.DataFrame
            The columns ``weighted_f1``, ``low``, ``high``, ``macro_f1``,
            ``balanced_accuracy``, ``macro_auroc``, ``n_clips`` and ``n_patients``.
        """
        low, high = self.interval
        row = {
            "weighted_f1": self.weighted_f1,
            "low": low,
            "high": high,
            "macro_f1": self.macro_f1,
            "balanced_accuracy": self.balanced_accuracy,
            "macro_auroc": np.nan if self.macro_auroc is None else self.macro_auroc,
            "n_clips": self.n_clips,
            "n_patients": self.n_patients,
        }
        return pd.DataFrame([row])

    def plot_confusion(self, *, axes: Axes | None = None, show: bool = True) -> FigureBase:
        """Plot the confusion matrix with :func:`mne_asgpf.viz.plot_confusion`.

        Parameters
        ----------
        axes : matplotlib.axes.Axes | None
            Where to draw; None makes a new figure.
        show : bool
            Whether to show the figure.

        Returns
        -------
        figure : matplotlib.figure.Figure
            The figure.
        """
        return plot_confusion(self, axes=axes, show=show)

    def __repr__(self) -> str:
        low, high = self.interval
        patients = "" if self.n_patients is None else f" of {self.n_patients} patients"
        return (
            f"<ClipScores | weighted F1 {self.weighted_f1:.3f} ({low:.3f} to {high:.3f}), "
            f"{self.n_clips} clips{patients}, classes {', '.join(self.classes)}>"
        )

    def _repr_html_(self) -> str:
        style = {"float_format": "{:.3f}".format, "border": 0, "na_rep": "n/a"}
        return self.to_data_frame().to_html(index=False, **style) + self.per_class.to_html(**style)


def score_clips(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
) -> ClipScores:
    """Score the class probabilities of clips.

    Parameters
    ----------
    y_true : array-like of str, shape (n_clips,)
        The true class of each clip.
    probabilities : array-like, shape (n_clips, n_classes)
        The class probabilities of each clip.
    classes : sequence of str
        The classes, in the order of the columns of ``probabilities``.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip. Clips of one patient are not independent, so that an
        interval over clips, computed with None, is too narrow.
    n_bootstrap : int
        Number of bootstrap draws of patients.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.

    Returns
    -------
    scores : ClipScores
        The scores.

    Raises
    ------
    InputError
        If there are no clips, the lengths differ or a true class is unknown.
    """
    classes = tuple(str(name) for name in classes)
    y_true = np.asarray(y_true, dtype=str)
    probabilities = np.asarray(probabilities, dtype=float)
    check_clips(y_true, probabilities, classes, groups)

    y_pred = np.asarray(classes)[decide(probabilities, classes)]
    present = [name for name in classes if name in y_true]
    averages = {"labels": classes, "zero_division": 0}
    precision, recall, f1, support = precision_recall_fscore_support(y_true, y_pred, **averages)
    areas = [
        roc_auc_score(y_true == name, probabilities[:, code])
        if name in present and len(present) > 1
        else np.nan
        for code, name in enumerate(classes)
    ]
    patients = np.arange(len(y_true)) if groups is None else np.asarray(groups)
    drawn = draw_patients(patients, n_bootstrap, random_state)
    of_draws = figures_of_confusions(drawn, patient_confusions(y_true, y_pred, classes, patients))
    of_draws["macro_auroc"] = _mean_of_known(
        [
            drawn_auroc(drawn, y_true == name, probabilities[:, classes.index(name)], patients)
            for name in present
        ]
    )
    low, high = percentiles(of_draws)
    intervals = pd.DataFrame({"low": low, "high": high}, index=of_draws.columns)
    return ClipScores(
        classes=classes,
        n_clips=len(y_true),
        n_patients=None if groups is None else len(np.unique(groups)),
        weighted_f1=float(f1_score(y_true, y_pred, average="weighted", **averages)),
        macro_f1=float(f1[support > 0].mean()),
        balanced_accuracy=float(recall[support > 0].mean()),
        macro_auroc=float(np.nanmean(areas)) if len(present) > 1 else None,
        interval=tuple(intervals.loc["weighted_f1"].tolist()),
        intervals=intervals,
        confusion=pd.DataFrame(
            confusion_matrix(y_true, y_pred, labels=classes),
            index=pd.Index(classes, name="true"),
            columns=pd.Index(classes, name="predicted"),
        ),
        per_class=pd.DataFrame(
            {
                "precision": precision,
                "recall": recall,
                "f1": f1,
                "support": support,
                "auroc": areas,
            },
            index=pd.Index(classes, name="class"),
        ),
    )


def compare_clips(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    other: ArrayLike,
    classes: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
) -> tuple[float, tuple[float, float]]:
    """Compare two classifiers on the same clips, patient by patient.

    Parameters
    ----------
    y_true : array-like of str, shape (n_clips,)
        The true class of each clip.
    probabilities, other : array-like, shape (n_clips, n_classes)
        The class probabilities of the two classifiers.
    classes : sequence of str
        The classes, in the order of the columns.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip, as in :func:`score_clips`.
    n_bootstrap : int
        Number of bootstrap draws of patients.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.

    Returns
    -------
    difference : float
        Weighted F1 of ``probabilities`` minus that of ``other``.
    interval : tuple of float
        Its 95 % interval if the same patients are drawn for both.

    Raises
    ------
    InputError
        As in :func:`score_clips`.
    """
    classes = tuple(str(name) for name in classes)
    y_true = np.asarray(y_true, dtype=str)
    predicted = []
    for of_one in (probabilities, other):
        of_one = np.asarray(of_one, dtype=float)
        check_clips(y_true, of_one, classes, groups)
        predicted.append(np.asarray(classes)[decide(of_one, classes)])
    ours, theirs = (
        f1_score(y_true, y_pred, average="weighted", labels=classes, zero_division=0)
        for y_pred in predicted
    )
    patients = np.arange(len(y_true)) if groups is None else np.asarray(groups)
    drawn = draw_patients(patients, n_bootstrap, random_state)
    first, second = (
        figures_of_confusions(drawn, patient_confusions(y_true, y_pred, classes, patients))
        for y_pred in predicted
    )
    low, high = percentiles((first - second)[["weighted_f1"]])[:, 0]
    return float(ours - theirs), (float(low), float(high))


def scores_table(scores: dict[str, ClipScores]) -> pd.DataFrame:
    """Combine the scores of several systems in one table.

    Parameters
    ----------
    scores : dict of str to ClipScores
        The scores by name of the system.

    Returns
    -------
    table : pandas.DataFrame
        The columns of :meth:`ClipScores.to_data_frame`, one row per system.
    """
    table = pd.concat([score.to_data_frame() for score in scores.values()])
    return table.set_index(pd.Index(list(scores), name="system"))


def _mean_of_known(values):
    """Compute the mean over the first axis without NaN."""
    values = np.ma.masked_invalid(values)
    return values.mean(axis=0).filled(np.nan)


def check_clips(y_true, probabilities, classes, groups):
    """Raise if the lengths or classes of clips do not match."""
    if not len(y_true):
        raise InputError("y_true", "is empty", "give at least one clip")
    if probabilities.shape != (len(y_true), len(classes)):
        raise InputError(
            "probabilities",
            f"have shape {probabilities.shape} for {len(y_true)} clips and {len(classes)} classes",
            "give one row per clip and one column per class",
        )
    if not np.isfinite(probabilities).all():
        raise InputError("probabilities", "contain NaN or infinity", "give finite values")
    if groups is not None and len(groups) != len(y_true):
        raise InputError(
            "groups",
            f"has length {len(groups)}, expected {len(y_true)}",
            "give the patient of each clip",
        )
    if unknown := sorted(set(y_true) - set(classes)):
        raise InputError(
            "y_true",
            f"unknown classes: {', '.join(unknown)}; expected {', '.join(classes)}",
            "leave these clips out or map them to a class",
        )
