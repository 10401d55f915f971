"""The sections on a model: how it was trained and how well it does."""

import mne
import pandas as pd
from skorch.history import History

from ..evaluation import scores_table
from ..evaluation.scores import ClipScores
from ..viz import plot_confusion, plot_scores, plot_training
from .parts import add_figure, add_table

_COLUMNS = {
    "weighted_f1": "Weighted F1",
    "interval": "95 % interval",
    "balanced_accuracy": "Balanced accuracy",
    "macro_auroc": "Macro AUROC",
    "n_clips": "Clips",
    "n_patients": "Patients",
}


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
        Whether the data is synthetic; the report then says so.

    Returns
    -------
    report : mne.Report
        The report.
    """
    where = {"section": title, "synthetic": synthetic}
    table = scores_table(scores)
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
        note="Clips of patients that no system was trained on. Intervals are of the weighted F1, "
        "by bootstrap over patients where they are known. Scores by scikit-learn.",
        **where,
    )
    add_figure(
        report,
        plot_scores(table, show=False),
        "Weighted F1",
        caption="Dot: score. Bar: 95 % interval.",
        **where,
    )
    name, first = next(iter(scores.items()))
    add_figure(
        report,
        plot_confusion(first, show=False),
        f"Confusion matrix of {name}",
        caption="Number of clips and share of the true class.",
        **where,
    )
    per_class = first.per_class.rename(
        columns={"precision": "Precision", "recall": "Recall", "f1": "F1", "support": "Clips"}
    )
    add_table(report, per_class, f"Classes of {name}", index=True, **where)
    return report


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
        What the loss of a training is, with its unit.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data is synthetic; the report then says so.

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
