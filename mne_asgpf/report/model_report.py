"""The report sections on a model: its training and its scores."""

import mne
import numpy as np
import pandas as pd
from mne.utils import _pl
from skorch.history import History

from ..estimators.classifier import ASGPFClassifier
from ..estimators.pretrainer import ASGPFPretrainer
from ..evaluation import score_calibration, scores_table
from ..evaluation.scores import ClipScores
from ..event_rule import EventRule
from ..models.options import SHARED_OPTIONS
from ..tables import read_table
from ..viz import plot_confusion, plot_reliability, plot_scores, plot_training
from .parts import add_figure, add_table

_ANSWERED = 0.8  # the default of predict_or_abstain
_NOT_FITTED = {
    "Calibration": "none, confidences were not compared with the share of correct answers",
    "Rule for events": "the default, not fitted",
}
_COLUMNS = {
    "weighted_f1": "Weighted F1",
    "interval": "95 % interval",
    "balanced_accuracy": "Balanced accuracy",
    "macro_auroc": "Macro AUROC",
    "n_clips": "Clips",
    "n_patients": "Patients",
}


def add_model(
    report: mne.Report,
    estimator: ASGPFClassifier | ASGPFPretrainer,
    *,
    scores: pd.DataFrame | None = None,
    title: str = "Model",
    synthetic: bool = False,
) -> mne.Report:
    """Add the properties of a model, its training data and its scores.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    estimator : ASGPFClassifier | ASGPFPretrainer
        The fitted estimator.
    scores : pandas.DataFrame | None
        Scores on patients it was not trained on, and those of other systems, as
        returned by :func:`~mne_asgpf.evaluation.scores_table`.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data are synthetic; the report then states it.

    Returns
    -------
    report : mne.Report
        The report.
    """
    where = {"section": title, "synthetic": synthetic}
    facts = pd.DataFrame(model_facts(estimator).items(), columns=["Fact", "Value"])
    add_table(report, facts, "Properties", **where)
    trained = pd.DataFrame(
        {
            "Stage": data.estimator,
            "Recordings": len(data.recordings),
            "Patients": len({one.patient for one in data.recordings} - {None}) or "unknown",
            "Length (h)": sum(one.seconds for one in data.recordings) / 3600,
            "Windows": sum(one.windows for one in data.recordings),
        }
        for data in estimator.training_data_
    )
    add_table(report, trained, "Training data", **where)
    if any(set(epoch) & {"train_loss", "valid_loss"} for epoch in estimator.history):
        figure = plot_training(estimator.history, show=False)
        add_figure(report, figure, "Training", caption="Loss by epoch.", **where)
    if scores is not None:
        _add_comparison(report, scores, **where)
    if getattr(estimator, "calibration_", None) is not None:
        _add_calibration(report, estimator, **where)
    return report


def _add_calibration(report, classifier, **where):
    """Add the calibration of the probabilities of validation patients."""
    known, classes = classifier.calibration_, classifier.classes_
    scores = score_calibration(
        classes[known.codes], known.probabilities, classes, groups=known.patients, random_state=0
    )
    low, high = scores.interval
    caption = (
        "Accuracy by confidence. The "
        f"{len(set(known.patients))} validation patients also determined the temperature "
        f"({known.temperature:.2f}). Expected calibration error: {scores.calibration_error:.3f} "
        f"(95 % interval {low:.3f} to {high:.3f})."
    )
    add_figure(
        report, plot_reliability(scores, show=False), "Calibration", caption=caption, **where
    )


def read_scores(path):
    """Read the scores.tsv of ``mne_asgpf evaluate``, for :func:`add_model`."""
    figures = [name for name in (*_COLUMNS, "low", "high") if name != "interval"]
    table = read_table(path, "give the scores.tsv of evaluate", required=("system", *figures))
    return table.set_index("system")[figures].apply(pd.to_numeric, errors="coerce")


def model_facts(estimator):
    """Return the properties of a model, as texts by name."""
    module = estimator.module_
    classes = ", ".join(map(str, getattr(estimator, "class_labels_", ())))
    n_parameters = sum(parameter.numel() for parameter in module.parameters())
    figures = {
        name: value
        for name, value in (estimator.metrics_ or {}).items()
        if name.startswith(("train_", "valid_")) and not name.endswith(("_best", "_batch_count"))
    }
    return {
        "Kind": type(estimator).__name__,
        "Classes": classes or "none",
        "Input": f"{len(estimator.channels)} channels, {estimator.clip_len:g} s, "
        f"{estimator.sfreq:g} Hz, volts",
        "Parameters": f"{n_parameters:,}",
        "Epochs": str(len(estimator.history)),
        "Scores in training": _listed(figures) or "none",
        "Options": _listed({name: module.shared_options[name] for name in SHARED_OPTIONS}),
        **(_NOT_FITTED if hasattr(estimator, "event_rule_") else {}),
        **confidence_facts(estimator),
        "Saved with": _listed(estimator.versions_) or "not saved yet",
        **{f"Note: {name}": str(value) for name, value in estimator.notes_.items()},
    }


def confidence_facts(estimator):
    """Return what a classifier learned from patients not trained on, as texts by name."""
    facts = {}
    if (learned := getattr(estimator, "calibration_", None)) is not None:
        classes = estimator.classes_.tolist()
        of_types = learned.given_seizure(classes)
        confidence = learned.confidence_to_answer(_ANSWERED, classes)
        facts["Calibration"] = (
            f"{_patients(learned)}, temperature {learned.temperature:.2f}; "
            f"{100 * _ANSWERED:g} % of windows have a confidence of {confidence:.2f} or more"
        )
        facts["Sets of possible types"] = f"from seizures of {_patients(of_types)}" + (
            "" if np.isfinite(of_types.largest_surprise(0.9)) else "; a coverage of 90 % needs 9"
        )
    rule = getattr(estimator, "event_rule_", None)
    if rule is not None and rule != EventRule(step=rule.step):
        errors = ", ".join(
            f"{name} {'not known (too few patients)' if error is None else f'{error:.1f} s'}"
            for name, error in (("onset", rule.onset_error), ("end", rule.end_error))
        )
        facts["Rule for events"] = (
            f"threshold {rule.threshold:g}, low {rule.low:g}, at least {rule.min_duration:g} s, "
            f"gaps up to {rule.max_gap:g} s; errors from {rule.n_seizures} seizures of "
            f"{_patients(rule)}: {errors}"
        )
    return facts


def _patients(learned):
    return f"{learned.n_patients} patient{_pl(learned.n_patients)}"


def _listed(values):
    shown = {
        name: f"{value:.4g}" if isinstance(value, float) else getattr(value, "__name__", value)
        for name, value in values.items()
    }
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def add_scores(
    report: mne.Report,
    scores: dict[str, ClipScores],
    *,
    title: str = "Scores",
    synthetic: bool = False,
) -> mne.Report:
    """Add the scores of systems, and the confusion matrix of the first.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    scores : dict of str to ClipScores
        The scores by name of the system, the one of interest first.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data are synthetic; the report then states it.

    Returns
    -------
    report : mne.Report
        The report.
    """
    where = {"section": title, "synthetic": synthetic}
    _add_comparison(report, scores_table(scores), **where)
    name, first = next(iter(scores.items()))
    add_figure(
        report,
        plot_confusion(first, show=False),
        f"Confusion matrix of {name}",
        caption="Number of clips and share of the true class.",
        **where,
    )
    per_class = first.per_class.rename(
        columns={
            "precision": "Precision",
            "recall": "Recall",
            "f1": "F1",
            "support": "Clips",
            "auroc": "AUROC",
        }
    )
    add_table(report, per_class, f"Classes of {name}", index=True, **where)
    return report


def _add_comparison(report, table, **where):
    """Add the scores of systems as a table and as a figure."""
    shown = table.assign(
        interval=[
            f"{low:.3f}\N{EN DASH}{high:.3f}" if low == low else "n/a"
            for low, high in zip(table["low"], table["high"], strict=True)
        ]
    )
    shown = shown[list(_COLUMNS)].rename(columns=_COLUMNS)
    add_table(
        report,
        shown,
        "Comparison",
        index=True,
        note="Clips of patients that no system was trained on. Intervals: weighted F1, by "
        "bootstrap over patients if they are known. Scores by scikit-learn.",
        **where,
    )
    add_figure(
        report,
        plot_scores(table, show=False),
        "Weighted F1",
        caption="Dot: score. Bar: 95 % interval.",
        **where,
    )


def add_training(
    report: mne.Report,
    histories: dict[str, History],
    *,
    losses: dict[str, str] | None = None,
    title: str = "Training",
    synthetic: bool = False,
) -> mne.Report:
    """Add the losses of one or more trainings.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    histories : dict of str to skorch.history.History
        The history by name of the training.
    losses : dict of str to str | None
        The name of the loss of each training, with its unit.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data are synthetic; the report then states it.

    Returns
    -------
    report : mne.Report
        The report.
    """
    losses = losses or {}
    where = {"section": title, "synthetic": synthetic}
    rows = {
        name: {
            "Epochs": len(history),
            "Lowest training loss": _lowest(history, "train_loss"),
            "Lowest validation loss": _lowest(history, "valid_loss"),
            "Loss": losses.get(name, "Loss"),
            "Time (s)": round(sum(epoch.get("dur", 0) for epoch in history)),
        }
        for name, history in histories.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    add_table(report, table, "Summary", index=True, **where)
    for name, history in histories.items():
        add_figure(
            report,
            plot_training(history, label=losses.get(name, "Loss"), show=False),
            f"Loss of {name}",
            caption="Loss by epoch.",
            **where,
        )
    return report


def _lowest(history, key):
    return min((epoch[key] for epoch in history if epoch.get(key) is not None), default=None)
