"""The audit of splits: leaks, copies, and scores of the majority class."""

import shutil

import mne
import numpy as np
import pandas as pd
import pytest
from edf_files import set_field, write_edf
from label_files import label, seizure
from sklearn.metrics import accuracy_score, f1_score

from mne_asgpf import InputError, audit_splits, convert_to_bids, find_recordings
from mne_asgpf.commands.main import main
from mne_asgpf.corpora.copies import find_copies
from mne_asgpf.signals import prepare_corpus

V1 = "edf/{split}/01_tcp_ar/002/{patient}/s001_2003_07_21/{patient}_s001_t000.edf"
TRUTH = ["CF"] * 6 + ["GN"] * 3 + ["AB"]


def metadata(**columns):
    base = {
        "patient": ["a"] * 5 + ["b"] * 5 + ["c"],
        "split": ["train"] * 10 + ["dev"],
        "class": [*TRUTH, "CF"],
    }
    return pd.DataFrame(base | columns)


def test_scores_of_the_majority_class():
    audit = audit_splits(metadata())
    train = audit.splits.set_index("split").loc["train"]
    said = ["CF"] * 10
    assert train["majority"] == "CF"
    assert train["accuracy"] == pytest.approx(accuracy_score(TRUTH, said))
    for average in ("weighted", "macro"):
        score = f1_score(TRUTH, said, average=average, zero_division=0)
        assert train[f"{average}_f1"] == pytest.approx(score)
    assert train["labelled"] == 10 and train["patients"] == 2
    assert not audit.leaking and audit.leaks.empty and audit.copies is None


def test_the_published_lists_have_the_published_majority_scores():
    for counts, published in (((297, 114, 49, 61), 0.414), ((182, 54, 48, 1), 0.498)):
        labels = np.repeat(["CF", "GN", "AB", "CT"], counts)
        table = pd.DataFrame({"patient": "a", "split": "test", "class": labels})
        assert audit_splits(table).splits["weighted_f1"].item() == pytest.approx(
            published, abs=5e-4
        )


def test_effective_number_of_patients():
    table = pd.DataFrame(
        {
            "patient": ["a", "b", "c", "d", "e"],
            "split": ["train"] * 5,
            "seizures": [{"fnsz": 30}, {"cpsz": 10}, {"gnsz": 5}, {"gnsz": 5, "mysz": 9}, None],
        }
    )
    classes = audit_splits(table).classes.set_index("class")
    assert classes["n"].to_dict() == {"CF": 40, "GN": 10}
    assert classes["effective_patients"].to_dict() == {"CF": 1.6, "GN": 2.0}
    labels = audit_splits(table, scheme=None).classes.set_index("class")
    assert labels["n"].to_dict() == {"fnsz": 30, "cpsz": 10, "gnsz": 10, "mysz": 9}


def test_a_patient_in_two_splits_is_a_leak_by_either_id():
    rows = [("00000258", "train"), ("aaaaaajy", "dev"), ("00001027", "dev"), ("00001027", "train")]
    audit = audit_splits(pd.DataFrame([*rows, ("b", None)], columns=["patient", "split"]))
    assert audit.leaking
    assert audit.leaks.values.tolist() == [
        ["aaaaaajy", "dev, train", False],
        ["aaaaabnn", "dev, train", True],
    ]
    assert audit.splits["split"].tolist() == ["(no split)", "dev", "train"]


def test_missing_columns_are_named():
    with pytest.raises(InputError, match="no column 'patient'"):
        audit_splits(metadata().drop(columns="patient"))
    with pytest.raises(InputError, match="no column 'fold'"):
        audit_splits(metadata(), split="fold")
    with pytest.raises(InputError, match="1 rows have no patient, the first is 10"):
        audit_splits(metadata(patient=["a"] * 10 + [None]))


def reheaded(path, copy):
    """Copy a recording under another name, patient and date."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, copy)
    set_field(copy, 8, 80, "X F 01-JAN-1990 nobody")
    return set_field(copy, 168, 8, "01.01.90")


def other(path, seed):
    """Write a recording of the same size with other signals, from the 20th byte on."""
    data = bytearray(write_edf(path).read_bytes())
    data[-(1000 * seed) :] = bytes(1000 * seed)
    path.write_bytes(data)
    return path


def test_copies_are_found_by_their_signals(tmp_path):
    first = write_edf(tmp_path / "a" / "one.edf")
    copy = reheaded(first, tmp_path / "b" / "two.edf")
    different = [other(tmp_path / "c" / f"{seed}.edf", seed) for seed in (1, 2)]
    # Equal at the start, in the middle and at the end, but not in between.
    data = bytearray(first.read_bytes())
    data[len(data) // 4] ^= 1
    subtle = tmp_path / "subtle.edf"
    subtle.write_bytes(data)
    empty = [tmp_path / f"empty{i}.edf" for i in range(2)]
    for path in empty:
        path.write_bytes(b"")
    paths = [*different, copy, subtle, first, *empty]
    assert find_copies(paths) == find_copies(paths, n_jobs=2) == [[first, copy]]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_file_that_cannot_be_read_is_not_compared(tmp_path, n_jobs):
    first = write_edf(tmp_path / "a" / "one.edf")
    copy = reheaded(first, tmp_path / "b" / "two.edf")
    with mne.utils.catch_logging() as log:
        assert find_copies([first, copy, tmp_path / "none.edf"], n_jobs=n_jobs) == [[first, copy]]
    assert "none.edf: cannot be read" in log.getvalue()


def test_the_signal_files_of_other_formats_are_compared(tmp_path):
    for name, signals in (("a", b"one"), ("b", b"one"), ("c", b"two")):
        (tmp_path / f"{name}.vhdr").write_text(f"DataFile={name}.eeg")
        (tmp_path / f"{name}.eeg").write_bytes(signals)
        (tmp_path / f"{name}.set").write_bytes(signals)
    for suffix in (".vhdr", ".set"):
        paths = sorted(tmp_path.glob(f"*{suffix}"))
        assert find_copies(paths) == [paths[:2]]


@pytest.fixture
def corpus(tmp_path):
    """A corpus without leaks in the layout of v1.5."""
    root = tmp_path / "tusz"
    for i, (split, kind) in enumerate([("train", "fnsz"), ("train", "gnsz"), ("dev", "absz")]):
        path = root / V1.format(split=split, patient=f"0000010{i}")
        other(path.parent.mkdir(parents=True) or path, i + 1)
        label(path, "tse", seizure(2, 5, kind))
    return root


def audit(capsys, *arguments):
    status = main(["audit", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_audit_of_a_corpus_in_each_of_its_forms(corpus, tmp_path, capsys):
    convert_to_bids(corpus, tmp_path / "bids")
    prepare_corpus(corpus, tmp_path / "store")
    for root in (corpus, tmp_path / "bids", tmp_path / "store"):
        status, out = audit(capsys, root)
        assert status == 0, out
        assert "no leak: 0 patients and 0 recordings" in out
        assert "absz" not in out and "AB" in out
    assert "absz" in audit(capsys, corpus, "--classes", "labels")[1]


def test_audit_and_report_list_recordings_that_cannot_be_used(corpus, tmp_path, capsys):
    convert_to_bids(corpus, tmp_path / "bids")
    bad = sorted((tmp_path / "bids").glob("sub-*/**/eeg/*_events.tsv"))[0]
    bad.write_text("onset\tduration\tvalue\n1\t1\t3\n")
    status, out = audit(capsys, tmp_path / "bids")
    assert status == 0 and "no leak" in out
    (line,) = [line for line in out.splitlines() if line.startswith("refused\t")]
    assert "_eeg.edf" in line and f"{bad.name}: has no column trial_type" in line
    page = tmp_path / "page.html"
    assert main(["report", str(tmp_path / "bids"), "--out", str(page)]) == 0
    assert "1 of 3 files was left out" in page.read_text("utf-8")
    link = corpus / V1.format(split="train", patient="00000300")
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "nowhere.edf")
    status, out = audit(capsys, corpus)
    assert status == 0 and out.count("refused\t") == 1


def test_audit_fails_where_a_recording_or_a_patient_leaks(corpus, tmp_path, capsys):
    original = corpus / V1.format(split="train", patient="00000100")
    reheaded(original, corpus / V1.format(split="train", patient="00000200"))
    status, out = audit(capsys, corpus)
    assert status == 0 and "00000200_s001" in out  # a copy, but in the same split
    reheaded(original, corpus / V1.format(split="dev", patient="00000201"))
    status, out = audit(capsys, corpus)
    assert status == 1
    assert "LEAKS: 0 patients and 1 recordings" in out
    assert audit(capsys, corpus, "--no-content")[0] == 0
    prepare_corpus(corpus, tmp_path / "store")
    status, out = audit(capsys, tmp_path / "store")
    assert (status, "LEAKS: 0 patients and 1 recordings" in out) == (1, True)
    write_edf(corpus / V1.format(split="dev", patient="00000101"))
    status, out = audit(capsys, corpus, "--no-content")
    assert (status, "LEAKS: 1 patients" in out) == (1, True)


def test_audit_of_a_table(tmp_path, corpus, capsys):
    table = tmp_path / "windows.csv"
    metadata(fold=["1"] * 4 + ["2"] * 7).to_csv(table, index=False)
    assert audit(capsys, table)[0] == 0
    status, out = audit(capsys, table, "--split", "fold")
    assert status == 1 and "1, 2" in out
    recordings = find_recordings(corpus, cache=False)[["path", "patient", "split"]]
    recordings["path"] = [path.relative_to(tmp_path) for path in recordings["path"]]
    recordings.to_csv(tmp_path / "list.tsv", sep="\t", index=False)
    status, out = audit(capsys, tmp_path / "list.tsv")
    assert status == 0 and "same signals: none" in out
    for name, text in (("empty.csv", "patient,split\n"), ("none.txt", "x"), ("bad.csv", "")):
        (tmp_path / name).write_text(text)
        assert audit(capsys, tmp_path / name)[0] == 2
