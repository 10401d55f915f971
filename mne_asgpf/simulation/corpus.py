"""A synthetic corpus in either layout of TUSZ."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import mne
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from mne.utils import _check_option, logger, verbose
from tqdm.auto import tqdm

from ..atomic import write_text
from ..channels import electrode
from ..corpora.annotation_files import write_annotation_file
from ..corpora.derivations import MONTAGE_FOLDERS, montage_derivations
from ..corpora.layout import patient_v2
from ..corpora.synthetic import TRUTH_FILE
from ..errors import InputError
from ..event_table import make_event_table
from ..labels import SEIZURE
from ..type_aliases import PathLike, Verbose
from .edf import damage, write_tusz_edf
from .patient import draw_patient
from .recording import BACKGROUNDS, simulate_recording

#: Dominant types of successive patients of a split, which cycle through the four classes.
DOMINANT_TYPES = ("fnsz", "gnsz", "absz", "tcsz", "cpsz", "gnsz", "absz", "tnsz")
_SPLITS = {"train": 0.6, "dev": 0.15, "eval": 0.25}
_DAMAGES = ("truncated", "no EDF", "bipolar")
_DOMINANCE = 0.75  # share of a patient's seizures of the dominant type
_SEIZURE_FREE = 0.15  # share of later recordings without a seizure
_README = """\
This corpus is SYNTHETIC: simulated signals, not EEG of a person. It was written by
mne_asgpf in the layout of the Temple University Seizure Corpus ({layout}), seed {seed}{varied}.
truth.csv lists the time, type and place of onset of every seizure; broken.csv lists the
recordings that were damaged on purpose.
"""


@dataclass(frozen=True)
class _Plan:
    """A recording to be written."""

    stem: Path  # the path without its suffix
    patient_id: str
    dominant: str
    split: str
    session: int
    token: int
    start: datetime.datetime
    patient_seed: np.random.SeedSequence
    seed: np.random.SeedSequence
    damage: str | None


@verbose
def simulate_corpus(
    root: PathLike,
    *,
    layout: str = "v2",
    n_patients: int = 32,
    random_state: int = 0,
    n_broken: int = 1,
    background: str = "stationary",
    n_jobs: int | None = None,
    verbose: Verbose = None,
) -> pd.DataFrame:
    """Write a synthetic corpus in either layout of TUSZ.

    Parameters
    ----------
    root : path-like
        The folder to write to, new or empty.
    layout : "v2" | "v1"
        The layout: v2.x with ``.csv`` and ``.csv_bi`` label files, or v1.5.x with
        ``.tse``, ``.tse_bi``, ``.lbl`` and ``.lbl_bi``, which has no ``eval`` split.
    n_patients : int
        Number of patients, with two recordings each. With 16 or more, each of the four
        classes occurs in training and in evaluation.
    random_state : int
        Random seed. The corpus depends on it and on the options other than ``n_jobs``.
    n_broken : int
        Number of additional recordings that are damaged on purpose.
    background : "stationary" | "varied"
        As in :func:`~mne_asgpf.simulation.simulate_recording`; the patients, the
        seizures and their times are the same for both.
    n_jobs : int | None
        Number of recordings to make in parallel, as in joblib.
    verbose : bool | str | int | None
        Log level.

    Returns
    -------
    truth : pandas.DataFrame
        One row per seizure of undamaged recordings: ``path`` (from ``root``),
        ``patient``, ``session``, ``token``, ``split``, ``onset``, ``duration``,
        ``label`` and ``onset_region``, the electrodes where it starts. Also in
        ``truth.csv``, with the electrodes joined by blanks.

    Raises
    ------
    InputError
        If it is a file, or a folder that is not empty.
    """
    _check_option("layout", layout, ["v1", "v2"])
    _check_option("background", background, list(BACKGROUNDS))
    root = Path(root)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise InputError(root, "is a file or is not empty", "use a new or an empty folder")
    plans = _make_plans(layout, n_patients, random_state, n_broken)
    varied = "" if background == "stationary" else f", {background} background"
    write_text(root / "README.txt", _README.format(layout=layout, seed=random_state, varied=varied))
    written = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_write_recording)(root, plan, layout, background) for plan in plans
    )
    rows = []
    for found in tqdm(written, total=len(plans), desc="Simulating", unit="recording"):
        rows += found
    columns = ["path", "patient", "session", "token", "split", "onset", "duration", "label"]
    truth = pd.DataFrame(rows, columns=[*columns, "onset_region"])
    as_text = truth.assign(onset_region=truth["onset_region"].map(" ".join))
    write_text(root / TRUTH_FILE, as_text.to_csv(index=False, lineterminator="\n"))
    broken = [(f"{plan.stem}.edf", plan.damage) for plan in plans if plan.damage]
    table = pd.DataFrame(broken, columns=["path", "damage"])
    write_text(root / "broken.csv", table.to_csv(index=False, lineterminator="\n"))
    logger.info("%d synthetic recordings with %d seizures in %s.", len(plans), len(truth), root)
    return truth


def _make_plans(layout, n_patients, random_state, n_broken):
    root_seed = np.random.SeedSequence(random_state)
    chance = np.random.default_rng(root_seed.spawn(1)[0])
    numbers = 258 + np.cumsum(chance.integers(1, 400, n_patients))
    splits = _assign_splits(n_patients)
    seen = dict.fromkeys(_SPLITS, 0)
    plans = []
    for i, (number, split, patient_seed) in enumerate(
        zip(numbers, splits, root_seed.spawn(n_patients), strict=True)
    ):
        dominant = DOMINANT_TYPES[seen[split] % len(DOMINANT_TYPES)]
        seen[split] += 1
        if layout == "v1" and split == "eval":
            split = "dev"  # the held-out patients of v1.5.x
        traits, *seeds = patient_seed.spawn(4)
        start = datetime.datetime(2003, 1, 1, 8) + datetime.timedelta(
            days=int(chance.integers(4000)), minutes=int(chance.integers(600))
        )
        damages = [None, None] + [_DAMAGES[i % len(_DAMAGES)]] * (i < n_broken)
        for k, kind in enumerate(damages):
            # The second recording belongs to the same session or to the next one.
            session, token = (1, k) if number % 2 or k == 0 else (2, k - 1)
            patient = draw_patient(dominant, traits)
            plans.append(
                _Plan(
                    stem=_stem(layout, split, patient, number, session, token, start),
                    patient_id=_patient_id(layout, number),
                    dominant=dominant,
                    split=split,
                    session=session,
                    token=token,
                    start=start + datetime.timedelta(hours=k),
                    patient_seed=traits,
                    seed=seeds[k],
                    damage=kind,
                )
            )
    return plans


def _assign_splits(n_patients):
    """Assign patients to splits in proportion, even for few patients."""
    counts = dict.fromkeys(_SPLITS, 0)
    for i in range(n_patients):
        split = max(_SPLITS, key=lambda name: _SPLITS[name] * (i + 1) - counts[name])
        counts[split] += 1
        yield split


def _patient_id(layout, number):
    v1 = f"{number:08d}"
    return v1 if layout == "v1" else patient_v2(v1)


def _montage(patient):
    return ("ar" if patient.reference == "REF" else "le") + ("" if patient.ears else "_a")


def _stem(layout, split, patient, number, session, token, start):
    folder = MONTAGE_FOLDERS[_montage(patient)]
    patient_id = _patient_id(layout, number)
    name = f"{patient_id}_s{session:03d}_t{token:03d}"
    if layout == "v1":
        session_folder = f"s{session:03d}_{start:%Y_%m_%d}"
        return Path("edf", split, folder, patient_id[2:5], patient_id, session_folder, name)
    return Path("edf", split, patient_id, f"s{session:03d}_{start:%Y}", folder, name)


def _write_recording(root, plan, layout, background):
    """Simulate and write one recording; return its rows of the truth."""
    with mne.utils.use_log_level("ERROR"):
        return _simulate_and_write(root, plan, layout, background)


def _simulate_and_write(root, plan, layout, background):
    patient = draw_patient(plan.dominant, plan.patient_seed)
    rng = np.random.default_rng(plan.seed)
    duration = float(rng.integers(150, 241))
    first = plan.session == 1 and plan.token == 0
    n_seizures = 0 if not first and rng.random() < _SEIZURE_FREE else int(rng.integers(1, 4))
    seizures = [
        patient.seizure_types[0]
        if (first and i == 0) or rng.random() < _DOMINANCE
        else str(rng.choice(patient.seizure_types))
        for i in range(n_seizures)
    ]
    raw, events = simulate_recording(
        seizures, duration=duration, patient=patient, background=background, random_state=rng
    )
    path = root / f"{plan.stem}.edf"
    write_tusz_edf(
        path,
        raw,
        patient.reference,
        plan.patient_id,
        age=int(np.random.default_rng(plan.patient_seed).integers(4, 85)),
        sex="FM"[plan.patient_seed.spawn_key[-1] % 2],
        start=plan.start,
    )
    _write_labels(path, events, duration, _montage(patient), layout)
    if plan.damage:
        damage(path, plan.damage)
        return []
    known = {
        "path": f"{plan.stem.as_posix()}.edf",
        "patient": plan.patient_id,
        "session": plan.session,
        "token": plan.token,
        "split": plan.split,
    }
    columns = ["onset", "duration", "label", "onset_region"]
    return [known | {name: row[name] for name in columns} for row in events.to_dict("records")]


def _write_labels(path, events, duration, montage, layout):
    spread = _spread_over_derivations(events, montage)
    whole = make_event_table(events[["onset", "duration", "label"]].to_dict("records"))
    binary = whole.assign(label=SEIZURE)
    if layout == "v2":
        kinds = {".csv": spread, ".csv_bi": binary}
    else:
        kinds = {".tse": whole, ".tse_bi": binary, ".lbl": spread, ".lbl_bi": binary}
        write_text(path.with_suffix(".txt"), "Synthetic recording: no clinical report.\n")
    for suffix, table in kinds.items():
        write_annotation_file(path.with_suffix(suffix), table, duration=duration, montage=montage)


def _spread_over_derivations(events, montage):
    """Return one row per seizure and derivation, from when it reaches the electrodes."""
    rows = []
    for event in events.to_dict("records"):
        stop = event["onset"] + event["duration"]
        for name in montage_derivations(montage):
            delays = [event["recruitment"].get(site) for site in map(electrode, name.split("-"))]
            delay = min((delay for delay in delays if delay is not None), default=np.inf)
            if event["onset"] + delay < stop - 1:
                rows.append(
                    {
                        "onset": event["onset"] + delay,
                        "duration": event["duration"] - delay,
                        "label": event["label"],
                        "channels": (name,),
                    }
                )
    return make_event_table(rows)
