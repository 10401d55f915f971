"""Make the tables and figures of the documentation from the results that are kept in ``doc``.

    python benchmarks/evidence.py [OUT]

Reads ``doc/tasks/*.tsv`` and ``doc/benchmarks/robustness*.tsv`` and writes what
``doc/evidence.rst`` includes into OUT (``doc/generated`` unless told otherwise). ``make doc`` calls
it. No model is trained or run here.
"""

import argparse
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mne_asgpf.viz import plot_label_efficiency

DOC = Path(__file__).resolve().parents[1] / "doc"

# The systems that are shown, by their names in the results; all others are in doc/tasks.rst.
_SETTING = " [lr=0.004]"
_OBJECTIVE = "pretrainer__objective=within_patient, pretrainer__max_epochs="
_PRETRAINED = f"ASGPF pre-trained [lr=0.004, {_OBJECTIVE}"
_PROBED = f"pre-trained encoder probed [{_OBJECTIVE}"
_FINE_TUNING = {
    ", freeze=encoder": "encoder frozen",
    ", encoder_lr=0.0004": "slow encoder",
    "": "all at one rate",
}
_UNTRAINED = "ASGPF pre-trained [lr=0.004, pretrainer__max_epochs=1, pretrainer__lr=0.0, "
SYSTEMS = {
    f"ASGPF adapted{_SETTING}": "ASGPF, adapted to the patient",
    **{
        f"{_PRETRAINED}{epochs}, pretrainer__lr=0.004{option}]": f"ASGPF, pre-trained, {how}"
        for option, how in _FINE_TUNING.items()
        for epochs in (50, 8)
    },
    f"{_UNTRAINED}freeze=encoder]": "ASGPF, untrained, encoder frozen",
    f"ASGPF{_SETTING}": "ASGPF",
    "ASGPF [lr=0.004, encoder_lr=0.0004]": "ASGPF, slow encoder",
    f"ASGPF light{_SETTING}": "ASGPF, light variant",
    f"ASGPF released{_SETTING}": "ASGPF, released variant",
    f"{_PROBED}50, pretrainer__lr=0.004]": "pre-trained encoder, probed",
    f"{_PROBED}8, pretrainer__lr=0.004]": "pre-trained encoder, probed",
    "untrained encoder probed": "untrained encoder, probed",
    "spectrum only adapted": "spectrum only, adapted to the patient",
    "spectrum only": "spectrum only",
    "LSTM": "LSTM",
    "CNN-LSTM": "CNN-LSTM",
    "EEGNet": "EEGNet",
    "ShallowFBCSPNet": "ShallowFBCSPNet",
    "Deep4Net": "Deep4Net",
    "EEGConformer [lr=0.0005]": "EEGConformer",
    "BIOT [lr=0.0005]": "BIOT",
    "Labram [lr=0.0005]": "Labram",
}
_COLOURS = {"ASGPF": "C0", "spectrum": "C1", "untrained": "C2", "pre-trained": "C2"}
EEGMAT_SUBJECTS = 18  # to train on, in each of four folds
TASKS = {
    "eegmat": "eegmat: rest or mental arithmetic (real EEG)",
    "synthetic0 (SYNTHETIC)": "Seizure typing, corpus 0 (SYNTHETIC)",
    "synthetic1 (SYNTHETIC)": "Seizure typing, corpus 1 (SYNTHETIC)",
}


def read_tasks(doc=DOC):
    """Read the scores of the systems that are shown.

    Parameters
    ----------
    doc : pathlib.Path
        The folder of the documentation.

    Returns
    -------
    scores : pandas.DataFrame
        One row a task, number of labelled subjects and system, named as on the page.
    """
    tables = [pd.read_csv(path, sep="\t") for path in sorted((doc / "tasks").glob("*.tsv"))]
    scores = pd.concat(tables, ignore_index=True)
    # Tables of fewer trainings repeat systems that theirs are compared with.
    scores = scores.sort_values("n_cells", ascending=False, kind="stable")
    scores = scores.drop_duplicates(["task", "labels", "system"]).sort_index()
    scores = scores[scores["system"].isin(SYSTEMS)]
    return scores.assign(system=scores["system"].map(SYSTEMS))


def write_csv_table(path, titles, rows):
    """Write rows as a table of reStructuredText.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    titles : list of str
        The headings.
    rows : iterable of list of str
        The cells.
    """
    lines = [
        ".. csv-table::",
        f"   :header: {_csv(titles)}",
        "",
        *(f"   {_csv(row)}" for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_evidence(out, doc=DOC):
    """Write all tables and figures.

    Parameters
    ----------
    out : pathlib.Path
        The folder to write to.
    doc : pathlib.Path
        The folder of the documentation.
    """
    out.mkdir(exist_ok=True, parents=True)
    # The same drawing whoever calls, and the same bytes from the same results.
    with matplotlib.rc_context({"svg.hashsalt": "mne_asgpf", "font.size": 9}):
        scores = read_tasks(doc)
        _write_standing(scores, out)
        _save(_plot_standing(scores), out / "evidence.svg")
        _save(_plot_labelled(scores), out / "labelled.svg")
        _write_pretraining(scores, out)
        _write_robustness(doc, out, "robustness", "weighted_f1")
        _write_robustness(doc, out, "robustness_eegmat", "auc")


def _write_standing(scores, out):
    """Write one table a task, all labels; seconds and parameters beside the scores."""
    titles = ["system", "AUC", "balanced accuracy", "weighted F1", "macro F1", "parameters"]
    titles += ["training (s)"]
    metrics = ("auc", "balanced_accuracy", "weighted_f1", "macro_f1")
    for task in TASKS:
        rows = scores[(scores["task"] == task) & (scores["labels"] == "all")]
        cells = [
            [
                row["system"],
                *(_interval(row, metric) for metric in metrics),
                f"{row['n_parameters']:,}",
                np.format_float_positional(row["train_seconds"], 2, fractional=False, trim="-"),
            ]
            for row in rows.sort_values("auc", ascending=False).to_dict("records")
        ]
        write_csv_table(out / f"table_{task.split()[0]}.rst", titles, cells)


def _plot_standing(scores):
    """Draw the area under the ROC curve of every system, one panel a task."""
    order = list(dict.fromkeys(SYSTEMS.values()))[::-1]
    figure, panels = plt.subplots(
        1, len(TASKS), figsize=(12.5, 5), sharey=True, sharex=True, layout="constrained"
    )
    for axes, (task, title) in zip(panels, TASKS.items(), strict=True):
        of_task = scores[scores["task"] == task]
        few = "4" if task == "eegmat" else "8"
        for labels, marker in ((few, "o"), ("all", "s")):
            for row in of_task[of_task["labels"] == labels].to_dict("records"):
                y = order.index(row["system"]) + (0.15 if labels == "all" else -0.15)
                colour = _COLOURS.get(row["system"].split(",")[0].split()[0], "0.5")
                face = colour if labels == "all" else "white"
                axes.plot([row["auc_low"], row["auc_high"]], [y, y], color=colour, linewidth=1)
                axes.plot(row["auc"], y, marker, color=colour, markerfacecolor=face, markersize=5)
        axes.set(title=f"{title}\nopen: {few} labelled subjects", xlabel="AUC", xlim=(0.4, 1))
        axes.axvline(0.5, color="0.8", linewidth=1, zorder=0)
        axes.title.set_fontsize(9)
    panels[0].set_yticks(range(len(order)), order)
    return figure


def _plot_labelled(scores):
    """Draw the systems that were run on eegmat with each number of labelled subjects."""
    rows = scores[scores["task"] == "eegmat"]
    n_labelled = rows["labels"].replace("all", EEGMAT_SUBJECTS).astype(int)
    rows = rows.assign(n_labelled=n_labelled)
    rows = rows[rows.groupby("system")["n_labelled"].transform("nunique") == n_labelled.nunique()]
    figure, axes = plt.subplots(figsize=(7, 4.6), layout="constrained")
    plot_label_efficiency(rows, axes=axes, show=False)
    axes.set_xlabel("Labelled subjects")
    return figure


def _write_pretraining(scores, out):
    """Write the difference that pre-training makes, task by task."""
    titles = ["task", "labelled subjects", "system", "trainings", "AUC", "less from scratch"]
    rows = scores[scores["system"].str.match("ASGPF, (pre-trained|untrained|slow)")]
    rows = rows.assign(
        task=pd.Categorical(rows["task"], list(TASKS)),
        count=rows["labels"].map(lambda n: np.inf if n == "all" else float(n)),
    ).sort_values(["task", "count", "auc"], ascending=[True, True, False])
    cells = [
        [
            TASKS[row["task"]],
            str(row["labels"]),
            row["system"],
            str(row["n_cells"]),
            _interval(row, "auc"),
            _interval(row, "auc_difference", "+.3f"),
        ]
        for row in rows.to_dict("records")
    ]
    write_csv_table(out / "table_pretraining.rst", titles, cells)


def _write_robustness(doc, out, name, metric):
    """Write what disturbed recordings do to the scores."""
    rows = pd.read_csv(doc / "benchmarks" / f"{name}.tsv", sep="\t", comment="#")
    shown = {metric: ("", ".3f"), f"{metric}_difference": (", less undisturbed", "+.3f")}
    shown = {column: how for column, how in shown.items() if column in rows}
    titles = [
        "what was done to the test recordings",
        *(system + words for system in rows["system"].unique() for words, _ in shown.values()),
    ]
    cells = [
        [
            disturbance,
            *(
                _interval(row, column, form)
                for row in of_it.to_dict("records")
                for column, (_, form) in shown.items()
            ),
        ]
        for disturbance, of_it in rows.groupby("disturbance", sort=False)
    ]
    write_csv_table(out / f"table_{name}.rst", titles, cells)


def _interval(row, name, form=".3f"):
    low, high = (row[f"{name}_{end}"] for end in ("low", "high"))
    # No break within the brackets.
    return f"{row[name]:{form}} ({low:{form}}\u00a0to\u00a0{high:{form}})"


def _csv(words):
    return ", ".join('"' + word.replace('"', '""') + '"' for word in words)


def _save(figure, path):
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main():
    """Write what the documentation includes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, nargs="?", default=DOC / "generated", metavar="OUT")
    write_evidence(parser.parse_args().out)


if __name__ == "__main__":
    main()
