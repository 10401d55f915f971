"""Checks of files, in Python and on the command line."""

import json

import pytest
from click.testing import CliRunner
from edf_files import (
    TUSZ_LABELS,
    set_field,
    set_signal_field,
    write_discontinuous,
    write_edf,
)

from mne_asgpf.commands.check import check
from mne_asgpf.corpora.recording_check import check_recording
from mne_asgpf.errors import InputError
from mne_asgpf.signals.check import check_file, check_folder


def drop(*names):
    """Return the labels of TUSZ without some electrodes."""
    return [label for label in TUSZ_LABELS if label.split()[1].split("-")[0] not in names]


GOOD_ENOUGH = {
    "as wanted": ({}, "ok", ""),
    "slow auxiliary channels": ({"auxiliary": ("IBI", "SUPPR")}, "ok", ""),
    "midline missing": ({"labels": drop("FZ", "PZ")}, "usable", "2 of 19 channels missing: Fz, Pz"),
    "four missing": ({"labels": drop("FZ", "PZ", "O1", "O2")}, "usable", "4 of 19"),
    "other rate": ({"sfreq": 256}, "usable", "sampled at 256 Hz"),
    "short": ({"seconds": 11}, "usable", "11 s is shorter than a window"),
    "electrode twice": ({"labels": [*TUSZ_LABELS, "EEG FP1-LE"]}, "usable", "one channel for Fp1"),
    "five missing": ({"labels": drop("FZ", "PZ", "O1", "O2", "CZ")}, "refused", "5 of 19"),
    "bipolar": (
        {"labels": ["FP1-F7", "F7-T7", "T7-P7", "P7-O1"]},
        "refused",
        "channels are bipolar: FP1-F7",
    ),
    "unknown labels": ({"labels": ["1", "2", "3"]}, "refused", "none of the 19 required channels"),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD_ENOUGH)
def test_recordings_are_checked(tmp_path, case):
    """Channels, rates and length decide; each problem comes with its remedy."""
    arguments, status, problem = GOOD_ENOUGH[case]
    found = check_file(write_edf(tmp_path / "a.edf", **arguments))
    assert (found.kind, found.status) == ("edf", status)
    assert problem in found.problem
    assert bool(found.remedy) == (status != "ok")


def test_other_channels_and_fewer_missing_ones(tmp_path):
    """The required channels, and the number that may be missing, are parameters."""
    path = write_edf(tmp_path / "a.edf", drop("FZ", "PZ"))
    assert check_recording(path, max_missing=1).problem.startswith("2 of 19 channels missing")
    assert check_recording(path, max_missing=1).status == "refused"
    assert check_recording(path, channels=("C3", "T7", "A1"), max_missing=0).status == "ok"
    assert check_recording(path, channels=("Fz", "Oz"), max_missing=2).status == "refused"


def equal_limits(path):
    """Make the physical limits of one electrode equal."""
    set_signal_field(path, 16 + 80 + 8 + 8, 8, 3, 21, "-500")


SPOILT = {
    "blank limit": (lambda path: set_signal_field(path, 104, 8, 20, 21, ""), "limits are blank"),
    "equal limits": (equal_limits, "no scale, in EEG F4-REF"),
    "no unit": (lambda path: set_signal_field(path, 96, 8, 0, 21, ""), "dimension' is ''"),
    "records of 0 s": (lambda path: set_field(path, 244, 8, "0"), "record duration' is 0"),
    "doubled line ends": (
        lambda path: path.write_bytes(
            path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        ),
        "text editor",
    ),
    "re-encoded": (
        lambda path: path.write_bytes(path.read_bytes().decode("latin-1").encode()),
        "text editor",
    ),
    "replaced": (
        lambda path: path.write_bytes(path.read_bytes().decode("utf-8", "replace").encode()),
        "text editor",
    ),
    "gaps": (
        lambda path: write_discontinuous(path, gap=5),
        "gaps between records (1), the first from 10 to 15",
    ),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-5]), "19 of 20 records"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_damaged_recordings_are_refused(tmp_path, how):
    """Files that would be read wrongly, or not at all, are refused by name."""
    spoil, message = SPOILT[how]
    path = write_edf(tmp_path / "a.edf")
    spoil(path)
    found = check_file(path)
    assert found.status == "refused"
    assert message in found.problem and found.remedy


def test_recorder_that_never_closed_its_file(tmp_path):
    """A count of -1, and records beyond the count, are usable: all records are read."""
    path = set_field(write_edf(tmp_path / "a.edf"), 236, 8, "-1")
    assert (check_file(path).status, check_file(path).remedy) == (
        "usable",
        "its 20 records are read",
    )
    set_field(path, 236, 8, "15")
    assert "42000 bytes follow the 15 stated records" in check_file(path).problem
    assert check_file(write_discontinuous(path, gap=0)).status == "ok"


def test_suffix_that_contradicts_the_content(tmp_path, shared):
    """BDF under .edf would be read as noise: it is refused, with the right name."""
    path = tmp_path / "a.edf"
    path.write_bytes((shared / "data/edf_edge/mne_python/test.bdf").read_bytes())
    assert check_file(path).status == "refused"
    assert check_file(path).remedy == "rename it to a.bdf"


def test_shared_recordings(shared):
    """Real recordings: the neonate's 8 bipolar channels are refused, the others pass."""
    found = {item.path.name: item for item in check_folder(shared / "data/eeg", verbose="error")}
    assert found.pop("neonatal_8ch.edf").status == "refused"
    assert len(found) == 11
    assert {item.status for item in found.values()} == {"ok", "usable"}


@pytest.fixture
def folder(tmp_path):
    """Make a folder of files good and bad."""
    write_edf(tmp_path / "a.edf", sfreq=250)
    (tmp_path / "a.csv").write_text("# version = csv_v1.0.0\n# duration = 20.00 secs\n")
    (tmp_path / "b/c.edf").parent.mkdir()
    (tmp_path / "b/c.edf").write_bytes(b"hello")
    (tmp_path / "b/gone.edf").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b/lone.tse").write_text("version = tse_v1.0.0\n")
    (tmp_path / "b/bad.tse").write_text("version = tse_v1.0.0\nhello\n")
    (tmp_path / "b/truth.csv").write_text("path,onset\n")
    (tmp_path / "b/._a.edf").write_bytes(b"macOS")
    (tmp_path / "notes.txt").write_text("hello")
    return tmp_path


STATUS = {
    "a.csv": "ok", "a.edf": "usable", "b/bad.tse": "refused", "b/c.edf": "refused",
    "b/gone.edf": "refused", "b/lone.tse": "usable",
}  # fmt: skip


def test_folder_of_good_and_bad(folder):
    """Every recording and label file is one row, and nothing else is."""
    found = check_folder(folder, verbose="error")
    assert {str(item.path.relative_to(folder)): item.status for item in found} == STATUS
    assert "line 2" in found[2].problem


def test_wrong_paths(tmp_path):
    """A missing path, an empty folder and a folder instead of a file are reported."""
    for call, message in (
        (lambda: check_folder(tmp_path / "none"), "does not exist"),
        (lambda: check_folder(tmp_path), "holds no recording or label file"),
        (lambda: check_file(tmp_path), "is not a file"),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_command_prints_one_row_per_file(folder):
    """The table, its count and the exit codes."""
    result = CliRunner().invoke(check, [str(folder)])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split("\t")[0] for line in lines[:-1]] == sorted(STATUS)
    assert lines[-1] == "6 files: 1 ok, 2 usable, 3 refused"
    assert CliRunner().invoke(check, [str(folder), "--strict"]).exit_code == 1
    assert CliRunner().invoke(check, [str(folder / "a.edf"), "--strict"]).exit_code == 0


def test_command_prints_json(folder):
    """One object per file, and nothing else on the standard output."""
    rows = json.loads(CliRunner().invoke(check, [str(folder), "--json"]).stdout)
    assert {row["path"].removeprefix(f"{folder}/"): row["status"] for row in rows} == STATUS
    assert set(rows[0]) == {"path", "kind", "status", "problem", "remedy"}
