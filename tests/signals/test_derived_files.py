"""Derived files depend on their sources: stale ones are not kept, read or mixed in."""

import json
import os
import shutil
import subprocess
import sys

import mne
import numpy as np
import pytest
from click.testing import CliRunner
from edf_files import write_edf
from folders import content
from scipy.io import loadmat, savemat

from mne_asgpf import InputError
from mne_asgpf.bids.read import bad_channels
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.commands.prepare import prepare
from mne_asgpf.event_table import make_event_table
from mne_asgpf.jobs import JobItem, run_job
from mne_asgpf.report.source_facts import source_facts
from mne_asgpf.signals import find_prepared, prepare_corpus, read_raw_asgpf_h5
from mne_asgpf.signals.companions import find_companions
from mne_asgpf.signals.recording import read_prepared, read_recording
from mne_asgpf.signals.signal_store import write_signals

STEM = "sub-1_task-x"


def noise(seed=0, n_times=4000):
    rng = np.random.default_rng(seed)
    info = mne.create_info(list(ELECTRODES), 200.0, "eeg")
    return mne.io.RawArray(3e-5 * rng.standard_normal((19, n_times)), info, verbose="error")


def save(raw, path):
    """Write a recording; EEGLAB with its data in a separate file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mne.export.export_raw(path, raw, overwrite=True, verbose="error")
    if path.suffix == ".set":
        fields = {k: v for k, v in loadmat(path).items() if not k.startswith("__")}
        fields["data"].astype("f4").T.tofile(path.with_name("as_recorded.fdt"))
        savemat(path, fields | {"data": "as_recorded.fdt"}, appendmat=False)


@pytest.fixture
def dataset(tmp_path, request):
    """A BIDS dataset of one recording in the format asked for."""
    root = tmp_path / "bids"
    folder = root / "sub-1" / "eeg"
    save(noise(), folder / f"{STEM}_eeg{getattr(request, 'param', '.edf')}")
    (root / "dataset_description.json").write_text("{}")
    (root / "participants.tsv").write_text("participant_id\ttusz_split\nsub-1\ttrain\n")
    (folder / f"{STEM}_channels.tsv").write_text("name\tstatus\nCz\tgood\n")
    (folder / f"{STEM}_events.tsv").write_text("onset\tduration\ttrial_type\n2\t9\tfnsz\n")
    return root


def negate(path):
    """Change the samples of a file in place and nothing else."""
    path.write_bytes((-np.frombuffer(path.read_bytes(), "<f4")).tobytes())


def outcome(root, **options):
    return prepare_corpus(root, root.parent / "store", **options)["outcome"].tolist()


CHANGES = {
    "channels.tsv": lambda eeg: (eeg / f"{STEM}_channels.tsv").write_text(
        "name\tstatus\nCz\tbad\n"
    ),
    "no channels.tsv": lambda eeg: (eeg / f"{STEM}_channels.tsv").unlink(),
    "events.tsv": lambda eeg: (eeg / f"{STEM}_events.tsv").write_text(
        "onset\tduration\ttrial_type\n2\t8\tgnsz\n"
    ),
    "no events.tsv": lambda eeg: (eeg / f"{STEM}_events.tsv").unlink(),
    "participants.tsv": lambda eeg: (eeg / "../../participants.tsv").write_text(
        "participant_id\ttusz_split\nsub-1\teval\n"
    ),
    "synthetic": lambda eeg: (eeg / "../../truth.csv").touch(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_companion_is_noticed(dataset, what):
    assert outcome(dataset) == ["done"]
    assert outcome(dataset) == ["kept"]
    CHANGES[what](dataset / "sub-1" / "eeg")
    assert outcome(dataset) == ["done"]
    assert outcome(dataset) == ["kept"]
    (row,) = find_prepared(dataset.parent / "store").itertuples()
    assert row.missing == (("Cz",) if what == "channels.tsv" else ())
    assert row.split == ("eval" if what == "participants.tsv" else "train")
    assert row.synthetic == (what == "synthetic")
    counts = {"events.tsv": {"gnsz": 1}, "no events.tsv": None}
    assert row.seizures == counts.get(what, {"fnsz": 1})


@pytest.mark.filterwarnings("ignore:Encountered data in 'double' format")
@pytest.mark.parametrize("dataset", [".vhdr", ".set"], indirect=True)
def test_changed_data_behind_a_header_are_noticed(dataset):
    folder = dataset / "sub-1" / "eeg"
    assert outcome(dataset) == ["done"]
    (path,) = find_prepared(dataset.parent / "store")["path"]
    before = read_raw_asgpf_h5(path).get_data()
    (data,) = [p for p in folder.iterdir() if p.suffix in (".eeg", ".fdt")]
    assert outcome(dataset) == ["kept"]
    negate(data)
    assert outcome(dataset) == ["done"]
    np.testing.assert_allclose(read_raw_asgpf_h5(path).get_data(), -before)
    if markers := list(folder.glob("*.vmrk")):
        markers[0].write_text(markers[0].read_text() + "\n")
        assert outcome(dataset) == ["done"]


@pytest.mark.filterwarnings("ignore:Encountered data in 'double' format")
def test_companions_of_each_format(tmp_path):
    save(noise(), tmp_path / "a.vhdr")
    (tmp_path / "a.vmrk").rename(tmp_path / "markers of a.vmrk")
    header = (tmp_path / "a.vhdr").read_text("utf-8")
    (tmp_path / "a.vhdr").write_text(header.replace("=a.vmrk", "=markers of a.vmrk"), "utf-8")
    save(noise(), tmp_path / "b.set")
    noise(n_times=16_000).save(
        tmp_path / "c_raw.fif", split_size="2MB", fmt="double", verbose="error"
    )
    write_edf(tmp_path / "d_eeg.edf")
    (tmp_path / "channels.tsv").write_text("name\nCz\n")
    found = {
        path.name: [one.name for one in find_companions(path)]
        for path in sorted(tmp_path.iterdir())
        if path.name in ("a.vhdr", "b.set", "c_raw.fif", "d_eeg.edf")
    }
    assert found == {
        "a.vhdr": ["a.eeg", "markers of a.vmrk"],
        "b.set": ["as_recorded.fdt"],
        "c_raw.fif": ["c_raw-1.fif", "c_raw-2.fif"],
        "d_eeg.edf": ["channels.tsv"],
    }


def persyst(raw, path):
    """Write a recording in Persyst's layout: a header and a file of numbers."""
    path.with_suffix(".dat").write_bytes((raw.get_data() * 1e6 / 0.01).astype("<i2").T.tobytes())
    facts = "File={}.dat\nFileType=Interleaved\nSamplingRate=200\nCalibration=0.01"
    facts += "\nWaveformCount=19\nDataType=0\n"
    names = "".join(f"{name}-Ref={i}\n" for i, name in enumerate(raw.ch_names, start=1))
    patient = "[Patient]\nBirthDate=01/01/1990\nTestDate=01/01/2020\nTestTime=10:00:00\n"
    patient += "Sex=\nHand=\n[Comments]\n"
    path.write_text(f"[FileInfo]\n{facts.format(path.stem)}[ChannelMap]\n{names}{patient}")


@pytest.mark.filterwarnings("ignore:Encountered data in 'double' format")
@pytest.mark.filterwarnings("ignore:No event")
@pytest.mark.parametrize("suffix", [".vhdr", ".set", ".lay"])
def test_a_recording_is_known_by_its_header_and_not_by_its_data_file(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    (persyst if suffix == ".lay" else save)(noise(), path)
    assert mne.io.read_raw(path, verbose="error").filenames[0] != path
    raw = read_recording(path)
    assert raw.filenames == (path,)
    assert source_facts(raw)["Sampling rate of the file"] == "200 Hz"


def test_verify_compares_with_the_source(dataset):
    path = dataset / "sub-1" / "eeg" / f"{STEM}_eeg.edf"
    assert outcome(dataset) == ["done"]
    state, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-2] + b"\x07\x00")  # as large and as old as before
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert outcome(dataset) == ["kept"]
    store = str(dataset.parent / "store")
    result = CliRunner().invoke(prepare, [str(dataset), store, "--verify"])
    assert "1 done, 0 kept" in result.output
    assert outcome(dataset, verify=True) == ["kept"]


def test_hashes_of_sources_are_keyed_with_the_secret(tmp_path):
    source = tmp_path / "a"
    source.write_text("a")

    def copied(secret):
        out = tmp_path / secret
        out.mkdir(exist_ok=True)
        work = {"a": JobItem(source, {"one": source, "other": out / "a.txt"})}
        run_job(copy, work, out, manifest=out / "m", secret=secret, desc="Copying")
        return json.loads((out / "m" / "a.json").read_text())["contents"]

    assert copied("x") != copied("y")
    assert copied("x") == copied("x")


def copy(one, other):
    shutil.copyfile(one, other)
    return [other]


@pytest.fixture
def corpus(tmp_path):
    for name in ("train/aaaaaaab_s001_t000", "train/aaaaaaac_s001_t000", "dev/aaaaaaad_s001_t000"):
        write_edf(tmp_path / "tusz" / "edf" / f"{name}.edf")
    return tmp_path / "tusz"


def prepared(store):
    found = find_prepared(store)
    return dict(zip(found["patient"], found["split"], strict=True)), len(found)


def test_files_of_renamed_splits_and_lost_recordings_are_removed(corpus, tmp_path):
    store = tmp_path / "store"
    prepare_corpus(corpus, store)
    (corpus / "edf" / "train").rename(corpus / "edf" / "eval")
    (corpus / "edf" / "eval" / "aaaaaaac_s001_t000.edf").unlink()
    result = CliRunner().invoke(prepare, [str(corpus), str(store)])
    assert result.output.count("removed\t") == 2
    assert "2 recordings: 1 done, 1 kept, 0 failed" in result.output
    assert prepared(store) == ({"aaaaaaab": "eval", "aaaaaaad": "dev"}, 2)
    assert len(list((store / "manifest").rglob("*.json"))) == 2
    # The same where the corpus was moved meanwhile.
    corpus = corpus.rename(tmp_path / "moved")
    assert set(prepare_corpus(corpus, store)["outcome"]) == {"kept"}
    (corpus / "edf" / "dev" / "aaaaaaad_s001_t000.edf").unlink()
    assert prepare_corpus(corpus, store)["outcome"].tolist() == ["kept", "removed"]
    assert prepared(store) == ({"aaaaaaab": "eval"}, 1)


def test_a_table_that_cannot_be_read_now_removes_nothing(dataset):
    store, people = dataset.parent / "store", dataset / "participants.tsv"
    options = {"source": dataset / "sub-1", "destination": store}
    assert prepare_corpus(**options)["outcome"].tolist() == ["done"]
    before, good = content(store), people.read_text()
    people.write_text(f"{good}x\n")
    (row,) = prepare_corpus(**options).itertuples()
    assert row.outcome == "failed" and "fields" in row.problem
    assert content(store) == before
    people.write_text(good)
    assert prepare_corpus(**options)["outcome"].tolist() == ["kept"]


def test_a_damaged_file_of_the_same_size_is_made_again(corpus, tmp_path):
    store = tmp_path / "store"
    paths = prepare_corpus(corpus, store)["path"]
    before = content(store)
    paths[0].write_bytes(bytes(paths[0].stat().st_size))
    assert prepare_corpus(corpus, store)["outcome"].tolist() == ["done", "kept", "kept"]
    assert content(store) == before


def test_files_of_another_corpus_are_kept_and_named(corpus, tmp_path):
    store, other = tmp_path / "store", tmp_path / "other"
    write_edf(other / "aaaaaaae_s001_t000.edf")
    prepare_corpus(other, store)
    with mne.utils.catch_logging() as log:
        outcomes = prepare_corpus(corpus, store, verbose="warning")
    assert set(outcomes["outcome"]) == {"done"}
    assert "also holds 1 files that do not belong to this source: aaaaaaae_s001" in log.getvalue()
    assert len(find_prepared(store)) == 4


def test_namesakes_of_another_corpus_are_not_replaced(corpus, tmp_path):
    store, other = tmp_path / "store", tmp_path / "other"
    prepare_corpus(corpus, store)
    shutil.copytree(corpus, other, copy_function=shutil.copyfile)
    # A copy, whose times are new, is the same corpus.
    assert set(prepare_corpus(other, store)["outcome"]) == {"done"}
    assert set(prepare_corpus(corpus, store)["outcome"]) == {"done"}
    one = other / "edf/train/aaaaaaab_s001_t000.edf"
    state, data = one.stat(), one.read_bytes()
    one.write_bytes(data[:-2] + b"\x07\x00")
    theirs = corpus / one.relative_to(other)
    os.utime(
        one, ns=(state.st_atime_ns, theirs.stat().st_mtime_ns)
    )  # as after unpacking an archive
    (other / "edf/dev/aaaaaaad_s001_t000.edf").unlink()
    before = content(store)
    for source in (other, one):
        name = one.relative_to(source if source.is_dir() else one.parent).with_suffix("")
        if source == one:
            prepare_corpus(theirs, store)
            before = content(store)
        with pytest.raises(InputError, match=f"store: holds other results .*: {name}") as told:
            prepare_corpus(source, store)
        assert str(other) in str(told.value) and "another destination" in told.value.remedy
        assert content(store) == before
    # The corpus itself may change, and results that were removed are not in the way.
    theirs.write_bytes(one.read_bytes())
    os.utime(theirs, ns=(0, 0))
    assert sorted(prepare_corpus(corpus, store)["outcome"]) == ["done", "kept", "kept"]
    for path in store.rglob("*.h5"):
        path.unlink()
    assert set(prepare_corpus(other, store)["outcome"]) == {"done"}


@pytest.fixture
def stored(tmp_path):
    """A recording in the store and the program that replaces it in another process."""
    path = write_edf(tmp_path / "aaaaaaac_s001_t000.edf")
    events = make_event_table([{"onset": 1.0, "duration": 5.0, "label": "fnsz"}])
    write_signals(tmp_path / "a.h5", read_prepared(path, events=events))
    code = (
        "import sys; from mne_asgpf.signals.recording import read_prepared as r\n"
        "from mne_asgpf.signals.signal_store import write_signals as w\n"
        "one = r(sys.argv[1]); one.data = 3 * one.data[::-1]; one.ch_names = one.ch_names[::-1]\n"
        "w(sys.argv[2], one)"
    )
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "a.h5")]
    paths = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    return tmp_path / "a.h5", lambda: subprocess.run(command, check=True, env=paths)


def test_a_file_that_another_process_replaced_is_opened_again(stored):
    path, replace = stored
    raw = read_raw_asgpf_h5(path)
    unread = raw.copy()
    before = raw.get_data()  # the file is open now
    replace()
    anew = read_raw_asgpf_h5(path)
    assert anew.ch_names == raw.ch_names[::-1]
    np.testing.assert_allclose(anew.get_data(), 3 * before[::-1], atol=1e-7)
    np.testing.assert_allclose(anew.read_window(0, 9), 3 * before[::-1, :9], atol=1e-7)
    np.testing.assert_array_equal(unread.get_data(), before)  # from the file that it opened
    np.testing.assert_array_equal(unread.read_window(0, 9), before[:, :9].astype("f4"))


def test_old_headers_are_not_combined_with_new_samples(stored):
    path, replace = stored
    raw = read_raw_asgpf_h5(path)
    replace()
    for read in (raw.get_data, lambda: raw.read_window(0, 9), raw.load_data):
        with pytest.raises(InputError, match="prepared again since"):
            read()


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.reorder_channels(raw.ch_names[::-1]),
        lambda raw: raw.reorder_channels(["Pz", "Cz", *raw.ch_names[:5]]),
        lambda raw: raw.pick(["Pz", "Fp1"]),
        lambda raw: raw.pick(raw.ch_names[3:]).reorder_channels(["Pz", "C3", "Cz"]),
        lambda raw: raw.drop_channels(["Fp1"]).crop(1.0, 9.0),
        lambda raw: (
            raw.reorder_channels(raw.ch_names[::-1])
            .set_eeg_reference(projection=True, verbose="error")
            .apply_proj(verbose="error")
        ),
    ],
)
def test_windows_have_the_channels_of_the_raw_in_its_order(stored, change):
    path, _ = stored
    whole = read_raw_asgpf_h5(path).load_data()
    raw, wanted = change(read_raw_asgpf_h5(path)), change(whole)
    np.testing.assert_allclose(raw.get_data(), wanted.get_data(), atol=1e-12)
    window = raw.read_window(100, 300)
    np.testing.assert_allclose(window, wanted.get_data(start=100, stop=300), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("suffix", [".edf", ".fif.gz"])
def test_channels_tsv_is_used_for_any_format(tmp_path, suffix):
    path = tmp_path / f"sub-1_task-x_eeg{suffix}"
    path.touch()
    table = tmp_path / "sub-1_task-x_channels.tsv"
    table.write_text("name\tstatus\nCz\tbad\n")
    assert bad_channels(path) == ["Cz"]
    assert find_companions(path) == (table,)


def test_a_destination_that_is_a_file_is_refused_by_name(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="out: is a file"):
        run_job(print, {}, tmp_path / "out", manifest=tmp_path / "out" / "m", desc="Doing")
