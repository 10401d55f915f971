"""Unusual files are read with the same numbers as by mne, or refused by name."""

import warnings
from collections import Counter

import edfio
import mne
import numpy as np
import pytest
from edf_files import TUSZ_LABELS, write_discontinuous, write_edf

from mne_asgpf.channels import ELECTRODES, electrode
from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.corpora.edf_signals import edf_extents, read_edf_signals
from mne_asgpf.errors import InputError
from mne_asgpf.signals import prepare_raw, read_recording
from mne_asgpf.signals.check import check_file

FOLDERS = ("edf_edge", "eeg", "real_headers_1s")


@pytest.fixture(scope="module")
def recordings(shared):
    """Every EDF and BDF file of the shared data."""
    return [
        path
        for folder in FOLDERS
        for path in sorted((shared / "data" / folder).rglob("*"))
        if path.suffix in (".edf", ".bdf")
    ]


def read(path, **options):
    """Read without mne's remarks on dates and names; None and the reason when refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read_recording(path, **options), ""
        except InputError as error:
            return None, error.problem


def test_every_file_is_read_or_refused_as_the_check_says(recordings):
    outcomes = Counter()
    for path in recordings:
        raw, problem = read(path)
        found = check_file(path)
        assert (raw is None) == (found.status == "refused"), path
        assert problem == (found.problem if raw is None else ""), path
        outcomes[raw is None] += 1
        if raw is not None:
            assert tuple(raw.ch_names) == ELECTRODES
            assert raw.info["sfreq"] == 200
            assert np.isfinite(raw.get_data(picks="all")).any(axis=1).sum() >= 15, path
    assert min(outcomes[True], outcomes[False]) > 10


def test_signals_are_those_that_mne_reads(recordings):
    n_compared = 0
    for path in recordings:
        if not (header := read_edf_header(path)).labels:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw = mne.io.read_raw(path, verbose="error")
        counts = Counter(header.labels)
        units = {signal.label: signal.physical_dimension for signal in header.signals}
        # mne resamples signals of lower rates to the highest one; status channels have no unit.
        labels = [
            label
            for label, sfreq in zip(header.labels, header.sfreqs, strict=True)
            if sfreq == max(header.sfreqs)
            and counts[label] == 1
            and units[label].endswith("V")
            and raw.get_channel_types([label]) == ["eeg"]
        ]
        if not labels:
            continue
        extents = edf_extents(header)
        assert {extents[label] for label in labels} == {(raw.info["sfreq"], raw.n_times)}
        signals = read_edf_signals(header, labels)
        wanted = raw.get_data(picks=labels)
        error = np.abs(np.array(signals) - wanted).max(axis=1)
        steps = [np.diff(np.unique(row)).min(initial=np.inf) for row in wanted]
        # Single precision, and in any case a small part of a step of the digital values.
        precision = np.maximum(2e-7 * np.abs(wanted).max(axis=1), np.divide(steps, 20))
        assert np.all(error <= precision), (path, error, precision)
        n_compared += len(labels)
    assert n_compared > 500


def test_each_channel_is_resampled_from_its_own_rate(tmp_path):
    """Channels at 100 and 250 Hz: the same tone ends up as the same samples."""
    signals = []
    for label in TUSZ_LABELS:
        sfreq = 100 if electrode(label) in ("Fz", "Cz") else 250
        tone = 80 * np.cos(2 * np.pi * 11 * np.arange(20 * sfreq) / sfreq)
        signals.append(
            edfio.EdfSignal(
                tone, sfreq, label=label, physical_dimension="uV", physical_range=(-100, 100)
            )
        )
    path = tmp_path / "rates.edf"
    edfio.Edf(signals).write(path)
    assert "sampled at 100, 250 Hz" in check_file(path).problem
    raw, _ = read(path)
    data = raw.get_data()
    wanted = 80e-6 * np.cos(2 * np.pi * 11 * raw.times)
    np.testing.assert_allclose(data[:, 100:-100], np.tile(wanted[100:-100], (19, 1)), atol=5e-8)


def test_slow_auxiliary_channels_are_ignored(tmp_path):
    path = write_edf(tmp_path / "a.edf", auxiliary=("IBI", "BURSTS", "SUPPR"))
    raw, _ = read(path)
    assert raw.n_times == 4000
    wanted = mne.io.read_raw(path, include=list(TUSZ_LABELS), verbose="error").get_data()
    np.testing.assert_allclose(raw.get_data(), wanted[:19], atol=1e-10)


def test_missing_midline_channels_are_nan(tmp_path):
    labels = [label for label in TUSZ_LABELS if electrode(label) not in ("Fz", "Pz")]
    raw, _ = read(write_edf(tmp_path / "a.edf", labels=labels))
    assert raw.info["bads"] == ["Fz", "Pz"]
    assert np.isnan(raw.get_data(picks=["Fz", "Pz"])).all()


def test_gaps_between_records_are_refused(tmp_path):
    raw, problem = read(write_discontinuous(tmp_path / "a.edf", gap=5))
    assert raw is None
    assert "EDF+D with gaps between records (1), the first from 10 to 15 s" in problem
    assert read(write_discontinuous(tmp_path / "b.edf", gap=0))[0].n_times == 4000


def test_more_than_one_reference(tmp_path):
    mixed = [
        label.replace("REF", "LE") if electrode(label) in ("F4", "Fz") else label
        for label in TUSZ_LABELS
    ]
    path = write_edf(tmp_path / "mixed.edf", labels=mixed)
    assert "different references: EEG FP1-REF" in read(path)[1]
    assert "EEG F4-LE" in check_file(path).problem
    info = mne.create_info(mixed, 200.0, "eeg")
    raw = mne.io.RawArray(np.zeros((len(mixed), 400)), info, verbose="error")
    with pytest.raises(InputError, match="different references"):
        prepare_raw(raw)
    # Each electrode against both: the first is taken, the same for all.
    both = [*TUSZ_LABELS, *(label.replace("REF", "LE") for label in TUSZ_LABELS)]
    path = write_edf(tmp_path / "both.edf", labels=both)
    np.testing.assert_array_equal(
        read(path)[0].get_data(), read(write_edf(tmp_path / "one.edf"))[0].get_data()
    )
    assert "more than one channel for Fp1" in check_file(path).problem


def test_annotations_of_the_file_are_kept(tmp_path):
    notes = [edfio.EdfAnnotation(3.5, 2.0, "fnsz"), edfio.EdfAnnotation(9.0, None, "eyes closed")]
    raw, _ = read(write_edf(tmp_path / "a.edf", annotations=notes))
    assert raw.annotations.onset.tolist() == [3.5, 9.0]
    assert list(raw.annotations.description) == ["fnsz", "eyes closed"]
