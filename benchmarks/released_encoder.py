"""Make the encoder that the package ships: pre-trained on eegmat and on synthetic EEG.

    OMP_NUM_THREADS=1 python benchmarks/released_encoder.py --eegmat DIR --out FOLDER

``DIR`` is PhysioNet's eegmat as a BIDS dataset. ``--scores RESULTS``, in place of ``--eegmat``,
writes what ``benchmarks/tasks/run.py`` scored with the encoder into the model in FOLDER and its
card.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import mne

sys.path.append(str(Path(__file__).parent))

from tasks.table import make_table, read_cells

from mne_asgpf import ASGPFPretrainer, read_asgpf
from mne_asgpf.atomic import write_text
from mne_asgpf.checkpoints.files import read_metadata
from mne_asgpf.checkpoints.model_card import CARD_FILE, model_card
from mne_asgpf.simulation import simulate_corpus

NAME = "eegmat-synthetic"
SYNTHETIC = {"n_patients": 24, "random_state": 1000, "n_broken": 0, "background": "varied"}
NOTES = {
    "data": (
        "Without any labels: 1.6 hours of **real EEG** of 24 healthy adults at rest and in mental "
        "arithmetic (Zyma et al. 2019, Data 4(1):14, doi:10.3390/data4010014; PhysioNet, EEG "
        "During Mental Arithmetic Tasks 1.0.0, doi:10.13026/C2JQ1P, ODC-BY 1.0), and {hours:.1f} "
        "hours of **synthetic EEG** with seizures, of {n_patients} simulated patients. No EEG of a "
        "patient with epilepsy."
    ),
    "synthetic": False,
    "limits": (
        "An example, not a default: all that is known of its worth is under Scores. The subjects "
        "of eegmat are in it, without labels, so eegmat cannot judge it."
    ),
    "licence of the weights": "BSD-3-Clause; the real EEG is under ODC-BY 1.0, attributed above.",
    "training": "python benchmarks/released_encoder.py --eegmat DIR --out FOLDER",
}


def train(eegmat):
    """Pre-train with the estimator's defaults.

    Parameters
    ----------
    eegmat : path-like
        The BIDS dataset.

    Returns
    -------
    pretrainer : ASGPFPretrainer
        The fitted pre-trainer.
    hours : float
        Of synthetic EEG.
    """
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        simulate_corpus(corpus, **SYNTHETIC)
        pretrainer = ASGPFPretrainer(random_state=0).fit([eegmat, corpus])
        edfs = [mne.io.read_raw(path, verbose="error") for path in corpus.rglob("*.edf")]
    return pretrainer, sum(raw.duration for raw in edfs) / 3600


def tell_scores(results):
    """Tell the scores of a folder of results, beside those from scratch.

    Parameters
    ----------
    results : path-like
        What ``benchmarks/tasks/run.py --systems ASGPF`` wrote, with and without
        ``--set pretrained=NAME`` and options of the fine-tuning.

    Returns
    -------
    text : str
        One line a task and number of labelled subjects.
    """
    cells, failed = read_cells(results)
    if failed:
        raise SystemExit(f"{len(failed)} cells of {results} failed")
    scratch = next(cell["system"] for cell in cells if "pretrained=" not in cell["system"])
    table = make_table(cells, reference=scratch)
    return "AUC of a classifier with this encoder, less one from scratch (95 % intervals):\n" + (
        "".join(
            f"\n- {row.task}, {row.labels} labelled subjects, {row.n_subjects} tested, "
            f"{row.n_cells} trainings{_how(row.system)}: {row.auc:.3f}, {row.auc_difference:+.3f} "
            f"({row.auc_difference_low:+.3f} to {row.auc_difference_high:+.3f})"
            for row in table[table["system"] != scratch].itertuples()
        )
    )


def _how(system):
    """Give the options of the fine-tuning, which follow the encoder in the name of a system."""
    return system.removesuffix("]").partition(f"pretrained={NAME}")[2]


def write(pretrainer, folder, notes):
    """Save the encoder and its card."""
    pretrainer.save(folder, notes=notes, overwrite=True)
    write_text(Path(folder) / CARD_FILE, model_card(read_metadata(folder), NAME))


def main():
    """Train, or write down scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--eegmat", type=Path, metavar="DIR")
    what.add_argument("--scores", type=Path, metavar="RESULTS")
    options = parser.parse_args()
    if options.eegmat:
        pretrainer, hours = train(options.eegmat)
        data = NOTES["data"].format(hours=hours, **SYNTHETIC)
        write(pretrainer, options.out, NOTES | {"data": data})
    else:
        pretrainer = read_asgpf(options.out)
        known = {"data": pretrainer.notes_["data"], "scores": tell_scores(options.scores)}
        write(pretrainer, options.out, NOTES | known)


if __name__ == "__main__":
    main()
