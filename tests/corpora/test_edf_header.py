"""The header parser agrees with mne on real files and names errors of broken ones."""

import warnings
from datetime import datetime

import edfio
import mne
import numpy as np
import pytest
from edf_files import TUSZ_LABELS, set_field, set_signal_field, write_discontinuous, write_edf

from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.corpora.record_gaps import find_record_gaps
from mne_asgpf.errors import InputError


def test_header_agrees_with_mne(shared):
    """Labels, length and highest rate of every shared recording are those mne reads."""
    compared = 0
    for path in sorted((shared / "data").rglob("*.[eb]df")):
        header = read_edf_header(path)
        if not header.duration or path.name in ("bdf_test.edf", "evt.bdf"):
            continue  # annotations only, or nothing that mne takes for a signal
        read = mne.io.read_raw_bdf if path.suffix == ".bdf" else mne.io.read_raw_edf
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw = read(path, stim_channel=False, verbose="error")
        fastest = max(header.sfreqs)
        assert raw.info["sfreq"] == pytest.approx(fastest), path
        assert raw.n_times == round(header.duration * fastest), path
        assert len(raw.ch_names) == len(header.labels), path
        compared += 1
    assert compared > 50


def test_header_of_a_good_file(tmp_path):
    """Every field is read as written."""
    path = write_edf(tmp_path / "a.edf", sfreq=250, seconds=10, auxiliary=("IBI", "BURSTS"))
    set_field(path, 168, 8, "01:02:98")
    set_field(path, 176, 8, "13.14.15")
    header = read_edf_header(path)
    assert header.labels == (*TUSZ_LABELS, "IBI", "BURSTS")
    assert header.sfreqs == (250,) * 21 + (1, 1)
    assert header.duration == 10
    assert header.start == datetime(1998, 2, 1, 13, 14, 15)
    assert header.signals[0].physical_dimension == "uV"
    assert (header.signals[0].physical_min, header.signals[0].physical_max) == (-500, 500)
    assert (header.format, header.is_edf_plus, header.n_bytes_over) == ("edf", False, 0)
    for unknown in ("xx.02.98", "01.01.85", "01:01:85"):  # the latter two mean 'withheld'
        assert read_edf_header(set_field(path, 168, 8, unknown)).start is None


def test_number_of_records_never_filled_in(tmp_path):
    """A recorder that was never stopped leaves -1: the records in the file count."""
    path = set_field(write_edf(tmp_path / "a.edf"), 236, 8, "-1")
    header = read_edf_header(path)
    assert header.n_records_stated == -1
    assert header.duration == 20


BROKEN = {
    "zero length": (lambda data: b"", "zero length"),
    "not an EDF": (lambda data: b"\x89PNG" + data[4:], "is not an EDF or BDF"),
    "cut in the fixed header": (lambda data: data[:100], "byte 100 of 256"),
    "cut in the signal header": (lambda data: data[:900], "within its header, at byte 900 of 5632"),
    "cut in the data": (lambda data: data[: 5632 + 3 * 8400 + 7], "3 of 20 records are there"),
    "no data": (lambda data: data[:236] + b"-1      " + data[244:5632], "no record of data"),
    "bad count": (lambda data: data[:236] + b"many    " + data[244:], "records' is 'many'"),
    "no signals": (lambda data: data[:252] + b"0   " + data[256:], "number of signals' is '0'"),
    "wrong header size": (lambda data: data[:184] + b"512     " + data[192:], "bytes' is 512"),
    "endless record": (lambda data: data[:244] + b"1e99999 " + data[252:], "duration' is inf"),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_broken_files_are_named_with_their_field(tmp_path, how):
    """Each way to be broken has its own words."""
    spoil, message = BROKEN[how]
    path = write_edf(tmp_path / "a.edf")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError) as caught:
        read_edf_header(path)
    assert message in str(caught.value) and str(path) in str(caught.value)


def test_broken_signal_fields_name_the_signal(tmp_path):
    """A limit that is not a number is reported with its signal; a blank one is NaN."""
    path = write_edf(tmp_path / "a.edf")
    set_signal_field(path, 16 + 80 + 8, 8, 1, 21, "")
    assert np.isnan(read_edf_header(path).signals[1].physical_min)
    set_signal_field(path, 16 + 80 + 8, 8, 1, 21, "low")
    with pytest.raises(InputError, match=r"physical minimum of signal 2 \('EEG FP2-REF'\)"):
        read_edf_header(path)


def test_unreadable_path(tmp_path):
    """A missing file is an error of input, not of the operating system."""
    with pytest.raises(InputError, match="cannot be read"):
        read_edf_header(tmp_path / "none.edf")


@pytest.mark.parametrize(("gap", "gaps"), [(0, []), (5, [(10.0, 15.0)])])
def test_gaps_between_records(tmp_path, gap, gaps):
    """EDF+D with gaps is recognised by the onsets of records."""
    header = read_edf_header(write_discontinuous(tmp_path / "a.edf", gap=gap))
    assert header.is_discontinuous
    assert find_record_gaps(header) == gaps


def test_records_without_onsets(tmp_path):
    """EDF+D that does not date its records is refused."""
    path = set_field(write_edf(tmp_path / "a.edf"), 192, 44, "EDF+D")
    with pytest.raises(InputError, match="no signal 'EDF Annotations'"):
        find_record_gaps(read_edf_header(path))
    write_edf(path, annotations=[edfio.EdfAnnotation(1, None, "x")])
    path.write_bytes(path.read_bytes().replace(b"+7\x14", b"x7\x14"))
    with pytest.raises(InputError, match="record 8 of"):
        find_record_gaps(read_edf_header(path))
