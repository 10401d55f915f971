"""Files with odd names, of odd kinds and with odd clocks: right numbers or a refusal by name."""

import os
import subprocess
import sys

import edfio
import mne
import numpy as np
import pytest
from edf_files import set_field, write_edf
from hypothesis import given, settings
from hypothesis import strategies as st
from small_net import make_raw

from mne_asgpf import InputError, find_recordings, read_raw_asgpf_h5, read_recording
from mne_asgpf.bids import convert_to_bids
from mne_asgpf.commands.main import main
from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.corpora.edf_signals import read_edf_signals
from mne_asgpf.corpora.record_gaps import find_record_gaps
from mne_asgpf.corpora.recording_labels import read_label_file
from mne_asgpf.errors import printable
from mne_asgpf.events import read_events
from mne_asgpf.signals import check_folder, prepare_corpus
from mne_asgpf.signals.resample import resample_exact

NAME = "aaaaaaab_s001_t000"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("x.edf", read_recording),
        ("x.fif", read_recording),
        ("x.tse", read_label_file),
        ("x.h5", read_raw_asgpf_h5),
    ],
)
def test_a_pipe_is_refused_without_blocking(tmp_path, name, read):
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="a pipe"):
        read(tmp_path / name)


def test_pipes_and_folders_among_recordings_are_reported(tmp_path):
    write_edf(tmp_path / f"{NAME}.edf")
    (tmp_path / "aaaaaaac_s001_t000.edf").mkdir()
    os.mkfifo(tmp_path / "aaaaaaad_s001_t000.edf")
    os.mkfifo(tmp_path / f"{NAME}.csv")
    os.mkfifo(tmp_path / "x.csv")
    found = {check.path.name: check for check in check_folder(tmp_path)}
    assert "a pipe" in found["aaaaaaad_s001_t000.edf"].problem
    assert "directory" in found["aaaaaaac_s001_t000.edf"].problem
    assert found[f"{NAME}.csv"].status == "refused"
    recordings = find_recordings(tmp_path, cache=False)
    assert recordings["status"].tolist() == ["refused"] * 3


def test_a_file_that_becomes_shorter_while_it_is_read_is_named(tmp_path):
    path = write_edf(tmp_path / "x.edf")
    header = read_edf_header(path)
    whole = read_edf_signals(header, header.labels)
    assert np.isfinite(whole).all()
    os.truncate(path, header.header_bytes + 5000)
    with pytest.raises(InputError, match="became shorter"):
        read_edf_signals(header, header.labels)


def test_signals_are_those_that_mne_reads_in_blocks_of_any_size(tmp_path, monkeypatch):
    path = write_edf(tmp_path / "x.edf", auxiliary=["PULSE"])
    header = read_edf_header(path)
    raw = mne.io.read_raw_edf(path, include=list(header.labels[:21]), verbose="error")
    for n_bytes in (1, 50_000, 2**25):
        monkeypatch.setattr("mne_asgpf.corpora.edf_signals._BLOCK_BYTES", n_bytes)
        signals = read_edf_signals(header, header.labels[:21])
        np.testing.assert_allclose(signals, raw.get_data(), atol=1e-10)


def write_late(path, late):
    """Write an EDF+D in records of 1 s, each of which starts so many seconds late."""
    write_edf(path, seconds=len(late), labels=["EEG FP1-REF"],
              annotations=[edfio.EdfAnnotation(0, None, "x")])  # fmt: skip
    header = read_edf_header(set_field(path, 192, 44, "EDF+D"))
    data = bytearray(path.read_bytes())
    n_record = (len(data) - header.header_bytes) // header.n_records
    start = n_record - 2 * header.signals[-1].n_samples
    for index, seconds in enumerate(late):
        first = header.header_bytes + index * n_record + start
        last = header.header_bytes + (index + 1) * n_record
        stamp = f"+{index + seconds:.6f}\x14\x14\0".encode()
        data[first:last] = stamp.ljust(last - first, b"\0")[: last - first]
    path.write_bytes(data)
    return read_edf_header(path)


@settings(deadline=None, max_examples=25)
@given(gap=st.floats(2e-5, 9e-4), n=st.integers(120, 300))
def test_short_gaps_that_add_up_are_found(gap, n, tmp_path_factory):
    path = tmp_path_factory.mktemp("gaps") / "x.edf"
    gaps = find_record_gaps(write_late(path, gap * np.arange(n)))
    told = sum(start - end for end, start in gaps)
    assert told == pytest.approx(gap * (n - 1), abs=2.5e-3)


def test_rounded_onsets_and_a_rounded_duration_are_not_gaps(tmp_path):
    n = 600
    assert find_record_gaps(write_late(tmp_path / "x.edf", 3e-7 * np.arange(n))) == []
    jitter = np.random.default_rng(0).uniform(-4e-4, 4e-4, n)
    jitter[0] = 0
    assert find_record_gaps(write_late(tmp_path / "y.edf", jitter)) == []


@settings(deadline=None, max_examples=30)
@given(
    rates=st.sampled_from([(100, 200, 1, 2), (100, 250, 2, 5), (125, 200, 5, 8), (64, 200, 8, 25)]),
    n_times=st.integers(300, 900),
    seed=st.integers(0, 9),
)
def test_a_higher_rate_goes_through_the_samples(rates, n_times, seed):
    sfreq, new_sfreq, down, up = rates
    white = np.random.default_rng(seed).standard_normal(n_times)
    highest = np.cos(np.pi * np.arange(n_times))  # at half the rate
    for signal in (white, highest):
        resampled = resample_exact(signal[None], sfreq, new_sfreq)[0][::up]
        np.testing.assert_allclose(resampled, signal[::down][: len(resampled)], atol=1e-4)


ODD = [b"caf\xe9", b"two\nlines\r", b"\x1b[31mred\x1b[0m", "e\u0301\u202e".encode(), b"a\tb"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_names_are_kept_and_shown_in_one_line(tmp_path, odd, capsys):
    corpus = tmp_path / os.fsdecode(odd) / os.fsdecode(odd)
    write_edf(corpus / f"{NAME}.edf")
    (corpus / "aaaaaaac_s001_t000.edf").write_bytes(b"")
    os.rename(write_edf(tmp_path / "x.edf"), corpus / (os.fsdecode(odd) + ".edf"))
    corpus = corpus.parent
    assert set(prepare_corpus(corpus, tmp_path / "store")["outcome"]) == {"done", "failed"}
    assert "converted" in set(convert_to_bids(corpus, tmp_path / "bids", anonymize="x")["outcome"])
    recordings = convert_to_bids(corpus, tmp_path / "plain")
    again = convert_to_bids(corpus, tmp_path / "plain")
    assert sorted(recordings["outcome"]) == ["converted", "refused", "refused"]
    assert sorted(again["outcome"]) == ["kept", "refused", "refused"]
    lines = (tmp_path / "plain" / "sourcedata" / "conversion.tsv").read_text().split("\n")[:-1]
    assert len(lines) == 4 and all(line.count("\t") == 4 for line in lines)
    capsys.readouterr()
    for words in (["check", corpus], ["prepare", corpus, tmp_path / "store"],
                  ["convert", corpus, tmp_path / "plain"]):  # fmt: skip
        assert main([*map(str, words)]) == 0
        printed = capsys.readouterr().out
        assert "\x1b" not in printed and "\u202e" not in printed and "\r" not in printed
        assert "\\x" in printed or "\\n" in printed or "\\u" in printed or "\\t" in printed


@pytest.mark.parametrize("command", ["check", "audit"])
def test_odd_names_are_printed_where_only_utf8_can_be(tmp_path, command):
    path = os.fsencode(tmp_path) + b"/caf\xe9\n.edf"
    done = subprocess.run(
        [sys.executable, "-m", "mne_asgpf", command, path], capture_output=True, check=False
    )
    assert done.returncode in (1, 2)
    assert b"caf\\udce9\\n.edf" in done.stderr and done.stderr.count(b"\n") == 1


def test_names_that_are_too_long_are_refused(tmp_path):
    folder = tmp_path / "bids" / "sub-1" / "eeg"
    long = folder / f"sub-1_task-{'x' * 235}_eeg.edf"
    assert len(long.name) == 254
    write_edf(long)
    (tmp_path / "bids" / "dataset_description.json").write_text("{}")
    longest = folder / ("sub-1_task-".ljust(247, "y") + "_eeg.edf")
    assert len(longest.name) == 255
    write_edf(longest)
    outcomes = prepare_corpus(tmp_path / "bids", tmp_path / "out").set_index("source")
    assert outcomes.loc[long, "outcome"] == "done"
    assert "too long" in outcomes.loc[longest, "problem"]


@given(text=st.text())
def test_printable_text_is_one_line(text):
    shown = printable(text)
    assert len((shown + "x").splitlines()) == 1
    shown.encode()
    assert "\x1b" not in shown


def test_annotations_in_latin_1_are_read(tmp_path):
    texts = [edfio.EdfAnnotation(5.0, 2.0, "Augen geXffnet"), edfio.EdfAnnotation(9.0, 4.0, "fnsz")]
    path = write_edf(tmp_path / "a.edf", annotations=texts)
    path.write_bytes(path.read_bytes().replace(b"geXffnet", "geöffnet".encode("latin-1")))
    expected = ["Augen geöffnet", "fnsz"]
    assert read_recording(path).annotations.description.tolist() == expected
    with pytest.warns(RuntimeWarning, match="Augen geöffnet: these labels are unknown"):
        assert read_events(path)["label"].tolist() == expected
    (row,) = prepare_corpus(path, tmp_path / "store").itertuples()
    assert read_raw_asgpf_h5(row.path).annotations.description.tolist() == ["fnsz"]


def test_files_of_mne_with_odd_names_are_read(tmp_path):
    path = tmp_path / "a\nb_raw.fif"
    make_raw().save(path, verbose="error")
    raw = read_recording(path, channels=("Fz", "Cz"), sfreq=16)
    assert raw.ch_names == ["Fz", "Cz"]
