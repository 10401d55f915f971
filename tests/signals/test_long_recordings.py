"""Recordings of a day: some channels at a time, the same numbers, little memory."""

import copy
import pickle
import subprocess
import sys

import edfio
import mne
import numpy as np
import pytest
from edf_files import TUSZ_LABELS, set_field, write_edf
from small_net import CHANNELS, SFREQ, classifier, make_raw

from mne_asgpf import InputError, read_recording
from mne_asgpf.signals import prepare_corpus, prepared, signal_store, signals_on_disk
from mne_asgpf.signals.signals_on_disk import SignalsOnDisk
from mne_asgpf.signals.stored_raw import read_raw_asgpf_h5


@pytest.fixture
def small_blocks(monkeypatch):
    """Let a few minutes be as long as a day: on disk, two channels and 12 s at a time."""
    monkeypatch.setattr(prepared, "_TOGETHER", 2 * 256 * 180)
    monkeypatch.setattr(prepared, "_MOST_IN_MEMORY", 0)
    monkeypatch.setattr(signal_store, "_CHUNKS_TOGETHER", 1)


@pytest.fixture
def edf(tmp_path):
    return write_edf(tmp_path / "source" / "x.edf", TUSZ_LABELS[:18], sfreq=256, seconds=180)


@pytest.mark.parametrize("resampling", ["exact", "released"])
def test_reading_in_blocks_yields_the_same_numbers(edf, resampling, request):
    whole = read_recording(edf, resampling=resampling)
    assert whole.preload
    request.getfixturevalue("small_blocks")
    blocks = read_recording(edf, resampling=resampling, preload=False)
    assert not blocks.preload
    assert blocks.info["bads"] == whole.info["bads"] == ["Pz"]
    assert blocks.filenames == whole.filenames
    np.testing.assert_array_equal(blocks.get_data(), whole.get_data())
    np.testing.assert_array_equal(
        blocks.read_window(999, 5001), whole.get_data(None, 999, 5001).astype(np.float32)
    )


def test_channels_of_several_rates_keep_their_order(tmp_path, request):
    path = tmp_path / "x.edf"
    rng = np.random.default_rng(0)
    edfio.Edf(
        [
            edfio.EdfSignal(
                rng.normal(0, 20, rate * 60),
                rate,
                label=label,
                physical_dimension="uV",
                physical_range=(-500, 500),
            )
            for label, rate in zip(TUSZ_LABELS[:19], [256, 200, 250] * 6 + [256], strict=True)
        ]
    ).write(path)
    whole = read_recording(path)
    request.getfixturevalue("small_blocks")
    blocks = read_recording(path, preload=False)
    np.testing.assert_array_equal(blocks.get_data(), whole.get_data())


def test_other_formats_are_read_in_blocks(edf, tmp_path, request):
    path = tmp_path / "x_raw.fif"
    mne.io.read_raw(edf, preload=True).save(path, fmt="double")
    whole = read_recording(path)
    request.getfixturevalue("small_blocks")
    np.testing.assert_array_equal(read_recording(path, preload=False).get_data(), whole.get_data())


@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_the_store_is_the_same(edf, dtype, tmp_path, request):
    prepare_corpus(edf.parent, tmp_path / "whole", dtype=dtype)
    request.getfixturevalue("small_blocks")
    prepare_corpus(edf.parent, tmp_path / "blocks", dtype=dtype)
    whole, blocks = (
        read_raw_asgpf_h5(tmp_path / name / "x.h5").get_data() for name in ("whole", "blocks")
    )
    np.testing.assert_array_equal(blocks, whole)


def test_a_classifier_predicts_the_same(tmp_path, request):
    model = classifier(max_epochs=1).fit([make_raw(i) for i in range(3)])
    path = write_edf(tmp_path / "x.edf", CHANNELS[:4], sfreq=SFREQ * 2, seconds=60)
    whole = model.type_recording(read_recording(path, **model.wanted))
    request.getfixturevalue("small_blocks")
    blocks = model.type_recording(path)
    assert not blocks.raw.preload
    np.testing.assert_array_equal(blocks.probabilities, whole.probabilities)
    np.testing.assert_array_equal(blocks.starts, whole.starts)


def test_a_raw_on_disk_is_a_raw(edf, small_blocks):
    raw = read_recording(edf, preload=False)
    expected = raw.get_data(["Cz", "O1"], 2000, 3000)
    for other in (raw.copy(), copy.deepcopy(raw), pickle.loads(pickle.dumps(raw))):
        np.testing.assert_array_equal(other.get_data(["Cz", "O1"], 2000, 3000), expected)
    cropped = raw.copy().crop(10, 100).pick(["Cz", "O1"])
    np.testing.assert_array_equal(cropped.get_data(None, 0, 1000), expected)
    np.testing.assert_array_equal(cropped.read_window(0, 1000), expected.astype(np.float32))
    np.testing.assert_array_equal(raw.load_data().get_data(["Cz", "O1"], 2000, 3000), expected)


def test_a_full_disk_is_named(monkeypatch):
    signals = SignalsOnDisk((2, 10), np.float32)

    class Full:
        def seek(self, place):
            raise OSError(28, "No space left on device")

    signals._file = Full()
    with pytest.raises(InputError, match=r"needs 0.0 GB there .*No space left.*TMPDIR"):
        signals[0] = np.zeros(10)
    with pytest.raises(IndexError, match="only signals"):
        signals[0:1, 2:3]
    monkeypatch.delattr(signals_on_disk.os, "pread", raising=False)  # as on Windows
    signals = SignalsOnDisk((2, 10), np.float32)
    signals[1], signals[0] = np.arange(10, 20), np.arange(10)
    np.testing.assert_array_equal(signals[:, 7:99], [[7, 8, 9], [17, 18, 19]])


def test_bars_move_within_a_recording(edf, small_blocks, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNE_TQDM", "tqdm")
    prepare_corpus(edf.parent, tmp_path / "store", verbose="info")
    told = capsys.readouterr()
    assert "Reading channels : 0/9" in told.err  # two of 18 at a time
    assert "Channels missing" not in told.out
    model = classifier(max_epochs=1).fit([make_raw(i) for i in range(3)])
    moved = []
    monkeypatch.setattr(
        "mne.utils.ProgressBar.update_with_increment_value", lambda bar, n: moved.append(n)
    )
    with mne.use_log_level("info"):
        model.type_recording(make_raw(5))
    assert "Classifying windows : 0/10" in capsys.readouterr().err
    assert len(moved) > 1
    assert sum(moved) == 10 + 9  # side by side, and those that begin between


def write_long_edf(path, hours):
    """Write ten minutes of noise again and again."""
    write_edf(path, TUSZ_LABELS[:19], sfreq=256, seconds=600)
    header_bytes, n_records = 256 * 20, int(path.read_bytes()[236:244])
    records = path.read_bytes()[header_bytes:]
    set_field(path, 236, 8, str(6 * hours * n_records))
    with path.open("ab") as file:
        for _ in range(6 * hours - 1):
            file.write(records)
    return path


# The value of getrusage for a new process may be the peak of its parent.
MEASURED = """
import re, sys
from pathlib import Path
from mne_asgpf.commands.main import main
def peak():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
main(["prepare", sys.argv[1], sys.argv[2] + "/few"])
before = peak()
assert main(["prepare", sys.argv[3], sys.argv[2] + "/many"]) == 0
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_memory_does_not_grow_with_the_channels(edf, tmp_path):
    hours = 3
    path = write_long_edf(tmp_path / "long.edf", hours)
    words = [sys.executable, "-c", MEASURED, str(edf), str(tmp_path), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    samples = max(prepared._TOGETHER, hours * 3600 * 256)
    assert 0 < int(done.stdout.split()[-1]) < 6 * 4 * samples
