"""``mne_asgpf info``: the content of a model or a corpus."""

import click


@click.command()
@click.argument("path", type=click.Path())
@click.option(
    "--jobs", default=1, show_default=True, help="Number of recordings to read in parallel."
)
def info(path, jobs):
    """Describe PATH: a saved or released model, recordings, a corpus, BIDS or prepared signals."""
    from ._training import model_folder

    folder = model_folder(path)
    click.echo(_describe_recordings(path, jobs) if folder is None else _describe_model(folder))


def _describe_model(path):
    from ..estimators import read_asgpf
    from ..report.model_report import model_facts

    estimator = read_asgpf(path)
    facts = model_facts(estimator) | {
        "Calibrated on"
        if data.estimator == "calibration"
        else f"Trained on ({data.estimator})": f"{len(data.recordings)} recordings, "
        f"{len({one.patient for one in data.recordings} - {None})} patients, "
        f"{sum(one.windows for one in data.recordings)} windows"
        for data in estimator.training_data_
    }
    return "\n".join(f"{name:27} {value}" for name, value in facts.items())


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
