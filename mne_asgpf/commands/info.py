"""``mne_asgpf info``: the content of a model or a corpus."""

import click


@click.command()
@click.argument("path", type=click.Path())
@click.option(
    "--jobs", default=1, show_default=True, help="Number of recordings to read in parallel."
)
def info(path, jobs):
    """Describe PATH: a saved model, recordings, a corpus, BIDS or prepared signals."""
    from pathlib import Path

    from ..checkpoints.files import METADATA_FILE

    model = Path(path)
    if not (model / METADATA_FILE).is_file():
        model = model / "model"  # in the output of a training
    if (model / METADATA_FILE).is_file():
        click.echo(_describe_model(model))
    else:
        click.echo(_describe_recordings(path, jobs))


def _describe_model(path):
    from ..estimators import read_asgpf
    from ..models.options import SHARED_OPTIONS

    estimator = read_asgpf(path)
    module = estimator.module_
    options = {name: module.shared_options[name] for name in SHARED_OPTIONS}
    n_parameters = sum(parameter.numel() for parameter in module.parameters())
    lines = {
        "kind": type(estimator).__name__,
        "classes": ", ".join(map(str, getattr(estimator, "class_labels_", ()))) or "none",
        "input": f"{len(estimator.channels)} channels, {estimator.clip_len:g} s, "
        f"{estimator.sfreq:g} Hz, volts",
        "parameters": f"{n_parameters:,}",
        **{
            f"trained on ({data.estimator})": f"{len(data.recordings)} recordings, "
            f"{len({one.patient for one in data.recordings} - {None})} patients, "
            f"{sum(one.windows for one in data.recordings)} windows"
            for data in estimator.training_data_
        },
        "epochs": len(estimator.history),
        "metrics": _pairs(estimator.metrics_ or {}),
        "options": _pairs(options),
        "notes": _pairs(estimator.notes_),
    }
    return "\n".join(f"{name:28}{value}" for name, value in lines.items())


def _pairs(values):
    shown = {k: f"{v:.4g}" if isinstance(v, float) else v for k, v in values.items()}
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def _describe_recordings(path, jobs):
    from collections import Counter

    import pandas as pd

    from ..evaluation import read_audit_table

    recordings = read_audit_table(path, n_jobs=jobs)
    rows = []
    for split, part in recordings.groupby("split", dropna=False):
        labelled = part["seizures"].dropna()
        counts = sum((Counter(one) for one in labelled), Counter())
        rows.append(
            {
                "split": "none" if pd.isna(split) else split,
                "patients": part["patient"].nunique(),
                "recordings": len(part),
                "labelled": len(labelled),
                **({"hours": part["duration"].sum() / 3600} if "duration" in part else {}),
                "seizures": ", ".join(f"{n} {label}" for label, n in sorted(counts.items())),
            }
        )
    return pd.DataFrame(rows).to_string(index=False, float_format="{:.1f}".format)
