"""The index of a corpus, and parsing the paths of its recordings."""

import shutil

import hypothesis.strategies as st
import pandas as pd
import pytest
from edf_files import TUSZ_LABELS, write_edf
from hypothesis import given, settings
from label_files import label, seizure

from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.corpora.index import find_recordings
from mne_asgpf.corpora.layout import parse_tusz_path, patient_v1, patient_v2
from mne_asgpf.errors import InputError

V1 = "edf/dev_test/01_tcp_ar/002/00000258/s002_2003_07_21/00000258_s002_t000.edf"
V2 = "edf/train/aaaaaool/s004_2012/03_tcp_ar_a/aaaaaool_s004_t001.edf"


def test_paths_of_both_layouts(tmp_path):
    """Patient, session, token, split and montage are read off names, at any depth."""
    first = parse_tusz_path(tmp_path / V1)
    assert vars(first) == {
        "patient": "00000258", "session": 2, "token": 0, "layout": "v1", "split": "dev",
        "montage": "ar",
    }  # fmt: skip
    second = parse_tusz_path(tmp_path / V2)
    assert vars(second) == {
        "patient": "aaaaaool", "session": 4, "token": 1, "layout": "v2", "split": "train",
        "montage": "ar_a",
    }  # fmt: skip
    flat = parse_tusz_path("/home/dev/a/b/c/d/e/f/aaaaaool_s004_t001.edf")
    assert (flat.split, flat.montage) == (None, None)
    assert parse_tusz_path(tmp_path / "chb05_06.edf") is None


def test_the_layout_is_inferred_from_label_files(tmp_path):
    """A v2 id with v1 label files is v1, in any folder."""
    path = write_edf(tmp_path / "aaaaaool_s004_t001.edf")
    assert parse_tusz_path(path).layout == "v2"
    label(path, "tse")
    assert parse_tusz_path(path).layout == "v1"


def test_patient_ids_of_both_versions():
    """The v2 id is the v1 number in base 26."""
    assert patient_v1("aaaaaool") == "00009839" == patient_v1("00009839")
    assert patient_v2("00009839") == "aaaaaool" == patient_v2("aaaaaool")


def test_index_has_a_row_for_every_recording(tmp_path):
    """Both layouts, broken files, missing and malformed labels: all are rows."""
    first = write_edf(tmp_path / V1, sfreq=256, auxiliary=("IBI",))
    label(first, "tse", seizure(2, 3, "absz"), seizure(8, 3, "absz"))
    second = write_edf(tmp_path / V2)
    label(second, "csv_bi", seizure(2, 3, "seiz"))
    label(second, "csv", seizure(2, 3, "tcsz"))
    cut = write_edf(second.with_name("aaaaaool_s004_t002.edf"))
    cut.write_bytes(cut.read_bytes()[:20_000])
    label(cut, "csv_bi", seizure(2, 3, "seiz"))
    unlabelled = write_edf(second.with_name("aaaaaool_s004_t003.EDF"))
    mislabelled = write_edf(second.with_name("aaaaaool_s004_t004.edf"))
    mislabelled.with_suffix(".csv_bi").write_text("hello\n")
    strange = write_edf(tmp_path / "somebody.edf")
    worse = write_edf(second.with_name("aaaaaool_s004_t005.edf"), TUSZ_LABELS[:2])

    rows = find_recordings(tmp_path, verbose="error").set_index("path")
    assert len(rows) == 7
    row = rows.loc[first]
    assert (row.layout, row.split, row.sfreq, row.n_channels) == ("v1", "dev", 256, 22)
    assert row.sfreqs == (1, 256)
    assert (row.seizures, row.status, row.duration) == ({"absz": 2}, "usable", 20)
    row = rows.loc[second]
    assert (row.seizures, row.status, row.problem, row.montage) == ({"tcsz": 1}, "ok", "", "ar_a")
    row = rows.loc[cut]
    assert row.status == "refused" and "1 of 20 records" in row.problem
    assert row.sfreqs is None and row.seizures == {"seiz": 1}
    row = rows.loc[unlabelled]
    assert row.status == "usable" and row.seizures is None and "no label file" in row.problem
    row = rows.loc[mislabelled]
    assert row.status == "refused" and "csv_bi: line 1" in row.problem
    row = rows.loc[strange]
    assert row.status == "refused" and row.patient is None
    row = rows.loc[worse]
    assert row.status == "refused" and "17 of 19" in row.problem
    assert "label" not in row.problem + row.remedy  # refused recordings are not used without labels


@pytest.mark.parametrize(
    ("labels", "montage"),
    [
        (TUSZ_LABELS, "ar"),
        ([name.replace("-REF", "-LE") for name in TUSZ_LABELS[:-2]], "le_a"),
        ([name.replace("-REF", "") for name in TUSZ_LABELS], None),
    ],
)
def test_the_montage_is_inferred_from_labels_without_a_folder(tmp_path, labels, montage):
    """References and ears in the labels replace the name of the folder."""
    write_edf(tmp_path / "aaaaaool_s004_t001.edf", labels)
    assert find_recordings(tmp_path, verbose="error").montage[0] == montage


def test_folders_without_a_corpus(tmp_path):
    """A wrong path, an empty folder and EDFs of another corpus are reported."""
    for root, message in ((tmp_path / "none", "does not exist"), (tmp_path, "no EDF file")):
        with pytest.raises(InputError, match=message):
            find_recordings(root, verbose="error")
    write_edf(tmp_path / "somebody.edf")
    with pytest.raises(InputError, match="no EDF in the layout of TUSZ"):
        find_recordings(tmp_path, verbose="error")


def test_problems_of_labels_are_reported(tmp_path):
    """Conflicts between files and repaired lines make a recording usable, by name."""
    path = write_edf(tmp_path / V2)
    label(path, "csv_bi", seizure(2, 3, "seiz"))
    label(path, "csv", seizure(2, 3, "tcsz", ("C3-CZ",)), seizure(2, 3, "absz", ("CZ-C4",)))
    row = find_recordings(tmp_path, verbose="error").iloc[0]
    assert (row.status, row.seizures) == ("usable", {"tcsz": 1})
    assert row.problem == "2 to 5 s: types disagree (channel-seconds: tcsz 3, absz 3)"
    with path.with_suffix(".csv_bi").open("a") as file:
        file.write("TERM,15,12,seiz,1\n")
    row = find_recordings(tmp_path, verbose="error").iloc[0]
    assert row.status == "refused" and "line 10 has times out of order" in row.problem
    row = find_recordings(tmp_path, lenient=True, verbose="error").iloc[0]
    assert (row.status, row.seizures) == ("usable", {"tcsz": 1, "seiz": 1})
    assert "aaaaaool_s004_t001.csv_bi: line 10" in row.problem and "swapped" in row.problem


@pytest.fixture
def corpus(tmp_path):
    """Make three recordings, one of them without labels."""
    root = tmp_path / "corpus"
    for token in range(3):
        path = write_edf(root / f"aaaaaool_s004_t00{token}.edf", seconds=12 + token)
        if token:
            label(path, "tse", seizure(2, 3, "absz"), duration=12 + token)
    return root


def index(root, cache, **options):
    """Index without a progress bar."""
    return find_recordings(root, cache=cache, verbose="error", **options)


@pytest.fixture
def read(monkeypatch):
    """Return the list of the recordings whose headers were read."""
    names = []

    def spy(path):
        names.append(path.name)
        return read_edf_header(path)

    monkeypatch.setattr("mne_asgpf.corpora.index.read_edf_header", spy)
    return names


def test_unchanged_files_are_not_read_again(corpus, tmp_path, read):
    """Only recordings whose own files changed are read; the index is the same as afresh."""
    cache = tmp_path / "cache/index.json"
    first = index(corpus, cache)
    pd.testing.assert_frame_equal(index(corpus, False), first)
    read.clear()
    written = cache.stat().st_mtime_ns
    pd.testing.assert_frame_equal(index(corpus, cache), first)
    assert (read, cache.stat().st_mtime_ns) == ([], written)

    label(first["path"][0], "tse", seizure(2, 3, "cpsz"), duration=12)
    first["path"][1].with_suffix(".tse").unlink()
    again = index(corpus, cache)
    assert read == ["aaaaaool_s004_t000.edf", "aaaaaool_s004_t001.edf"]
    assert list(again["seizures"]) == [{"cpsz": 1}, None, {"absz": 1}]
    write_edf(first["path"][2], seconds=20)
    assert index(corpus, cache)["duration"].tolist() == [12, 13, 20]
    first["path"][2].unlink()
    assert len(index(corpus, cache)) == 2
    assert index(corpus, cache, lenient=True)["seizures"][0] == {"cpsz": 1}
    assert len(read) == 5


@given(data=st.data())
@settings(max_examples=25)
def test_a_damaged_cache_is_ignored(corpus, tmp_path, data):
    """Cut, changed in a digit, of another root or garbage: the index is right."""
    cache = tmp_path / "index.json"
    cache.unlink(missing_ok=True)  # of the previous example
    expected = index(corpus, cache)
    good = cache.read_bytes()
    start = data.draw(st.integers(0, 10_000)) % (len(good) + 1)
    change = data.draw(st.one_of(st.binary(max_size=9), st.sampled_from([b"9", b"null", b"\n"])))
    spoilt = [good[:start], good[:start] + change + good[start + len(change) :], change]
    cache.write_bytes(data.draw(st.sampled_from(spoilt)))
    pd.testing.assert_frame_equal(index(corpus, cache), expected)


def test_caches_of_other_versions_and_roots_are_not_used(corpus, tmp_path, monkeypatch, read):
    """The cache of another version or root is not used."""
    cache, copy = tmp_path / "index.json", tmp_path / "copy"
    index(corpus, cache)
    shutil.copytree(corpus, copy)  # with the times of the files
    assert len(read) == 3
    assert index(copy, cache)["path"][0].is_relative_to(copy)
    assert len(read) == 6
    monkeypatch.setattr("mne_asgpf.corpora.index_cache._VERSION", "other")
    index(copy, cache)
    assert len(read) == 9


def test_a_cache_that_cannot_be_written_is_ignored(corpus, tmp_path):
    """A folder without permission, or a file where the folder should be."""
    (tmp_path / "file").touch()
    assert len(index(corpus, tmp_path / "file" / "index.json")) == 3


def test_links_out_of_the_root(corpus, tmp_path):
    """A corpus may be links to files elsewhere, as git-annex makes them."""
    linked = tmp_path / "linked"
    linked.mkdir()
    for path in corpus.iterdir():
        (linked / path.name).symlink_to(path)
    (linked / "aaaaaool_s005_t000.edf").symlink_to(tmp_path / "nowhere")
    cache = tmp_path / "index.json"
    first = index(linked, cache)
    assert first["status"].tolist() == ["usable", "ok", "ok", "refused"]
    assert first["seizures"].tolist() == [None, {"absz": 1}, {"absz": 1}, None]
    pd.testing.assert_frame_equal(index(linked, cache), first)


def test_each_root_has_its_cache_in_the_users_folder(corpus, cache_folder):
    """The corpus itself, which may be shared or read-only, is not written to."""
    before = set(corpus.rglob("*"))
    index(corpus, True)
    assert set(corpus.rglob("*")) == before
    assert len(list(cache_folder.glob("index/corpus-*.json"))) >= 1


def test_the_number_of_processes_does_not_matter(corpus):
    """The index is the same, however many processes read."""
    pd.testing.assert_frame_equal(index(corpus, False, n_jobs=2), index(corpus, False))


def test_an_interrupted_index_keeps_what_it_has(corpus, tmp_path, monkeypatch):
    """The rows made before an interruption are not made again."""
    cache = tmp_path / "index.json"
    read = []

    def interrupt(path):
        read.append(path)
        if len(read) == 3:
            raise KeyboardInterrupt
        return read_edf_header(path)

    monkeypatch.setattr("mne_asgpf.corpora.index.read_edf_header", interrupt)
    with pytest.raises(KeyboardInterrupt):
        index(corpus, cache)
    assert len(index(corpus, cache)) == 3
    assert len(read) == 4
