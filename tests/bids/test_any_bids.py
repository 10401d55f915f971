"""BIDS datasets that others wrote: recordings, events and bad channels, then the same windows."""

import mne
import mne_bids
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from raws import raw_of

from mne_asgpf.bids import bad_channels, find_bids_recordings, read_events_tsv, write_szcore_view
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.commands.prepare import prepare
from mne_asgpf.errors import InputError
from mne_asgpf.signals import find_prepared, read_recording
from mne_asgpf.windows import typed_windows

SEIZURE = (20.0, 9.0)


def others_raw(names, sfreq=256):
    data = 3e-5 * np.random.default_rng(0).standard_normal((len(names), 40 * sfreq))
    return raw_of(data, names, sfreq, events=[(*SEIZURE, "Focal seizure")])


def typed(row, label_map=None):
    events = read_events_tsv(row.events, label_map=label_map)
    raw = read_recording(row.path, events=events)
    return raw, typed_windows([raw])


@pytest.mark.filterwarnings("ignore")  # warnings of the writers
@pytest.mark.parametrize("form", ["EDF", "BDF", "BrainVision", "EEGLAB"])
def test_datasets_written_by_mne_bids(tmp_path, form):
    path = mne_bids.BIDSPath(subject="01", task="rest", root=tmp_path, datatype="eeg")
    raw = others_raw(ELECTRODES)
    raw.info["bads"] = ["Cz"]
    mne_bids.write_raw_bids(
        raw, path, format=form, allow_preload=True, overwrite=True, verbose="error"
    )
    (row,) = find_bids_recordings(tmp_path).itertuples()
    assert (row.patient, row.session, row.run) == ("01", None, None)
    prepared, windows = typed(row, {"Focal seizure": "fnsz"})
    assert prepared.info["bads"] == ["Cz"]
    assert np.isnan(prepared.get_data("Cz")).all()
    kept = [name for name in ELECTRODES if name != "Cz"]
    expected = others_raw(ELECTRODES).resample(200).get_data(kept)[:, 1000:-1000]
    found = prepared.get_data(kept)[:, 1000:-1000]
    assert np.corrcoef(expected.ravel(), found.ravel())[0, 1] > 0.99
    assert len(windows) == 1
    row = windows.get_metadata().iloc[0]
    assert (row["label"], row["patient"]) == ("fnsz", "01")
    assert row["onset"] == SEIZURE[0] - 2  # the published clip begins 2 s before
    assert windows.classes[windows[0][1]] == "CF"


def test_tables_further_up_are_inherited(tmp_path):
    (tmp_path / "dataset_description.json").write_text("{}")
    recordings = [
        tmp_path / "sub-1" / "ses-a" / "eeg" / "sub-1_ses-a_task-x_run-1_eeg.edf",
        tmp_path / "sub-2" / "eeg" / "sub-2_task-y_eeg.edf",
    ]
    for path in recordings:
        path.parent.mkdir(parents=True)
        path.touch()
    (tmp_path / "task-x_events.tsv").touch()
    (tmp_path / "sub-1" / "sub-1_ses-a_channels.tsv").write_text("name\tstatus\nCz\tbad\n")
    (tmp_path / "channels.tsv").write_text("name\tstatus\nPz\tbad\n")
    found = find_bids_recordings(tmp_path)
    assert found["events"].tolist() == [tmp_path / "task-x_events.tsv", None]
    assert [bad_channels(path) for path in recordings] == [["Cz"], ["Pz"]]
    beside = recordings[0].with_name("sub-1_ses-a_task-x_run-1_events.tsv")
    beside.touch()
    assert find_bids_recordings(tmp_path)["events"].tolist() == [beside, None]


def test_szcore_view_of_another_dataset(tmp_path):
    (tmp_path / "dataset_description.json").write_text("{}")
    folder = tmp_path / "sub-1" / "eeg"
    folder.mkdir(parents=True)
    (folder / "sub-1_task-x_eeg.edf").touch()
    (folder / "sub-1_task-x_eeg.json").write_text('{"RecordingDuration": 60}')
    (tmp_path / "task-x_events.tsv").write_text(
        "onset\tduration\ttrial_type\n1\t2\teyes open\n5\t9\tsz_foc_f2b\n"
    )
    with pytest.warns(RuntimeWarning, match="eyes open"):
        (path,) = write_szcore_view(tmp_path, tmp_path / "view")
    assert path == tmp_path / "view" / "sub-1" / "eeg" / "sub-1_task-x_events.tsv"
    (row,) = pd.read_csv(path, sep="\t").itertuples()
    assert (row.onset, row.eventType, row.recordingDuration) == (5, "sz_foc", 60)


def test_an_unknown_label_raises_a_warning(tmp_path):
    path = tmp_path / "sub-1_events.tsv"
    path.write_text("onset\tduration\ttrial_type\n1\t2\tconvulsion\n5\t1\teyes open\n")
    with pytest.warns(RuntimeWarning, match="convulsion, eyes open.*label_map"):
        read_events_tsv(path)
    label_map = {"convulsion": "seiz", "eyes open": "eyes open"}
    assert read_events_tsv(path, label_map=label_map)["label"].tolist() == ["seiz", "eyes open"]


def test_szcore_codes_become_the_nearest_broader_type(tmp_path):
    codes = ["sz_foc_f2b", "sz_foc_ia_m_tonic", "sz_gen_m", "sz_gen_nm_typical", "sz_uo_nm", "sz",
             "sz_uo_m_tonicClonic", "bckg"]  # fmt: skip
    path = tmp_path / "sub-1_events.tsv"
    pd.DataFrame({"onset": 0, "duration": 1, "eventType": codes}).to_csv(path, sep="\t")
    assert read_events_tsv(path)["label"].tolist() == [
        "fnsz", "cpsz", "gnsz", "absz", "seiz", "seiz", "tcsz", "bckg",
    ]  # fmt: skip


DERIVATIONS = ("Fp1-F3", "F3-C3", "T3-T5", "Fz-Cz")  # as SzCORE's CHB-MIT spells them


def test_derivations_are_read_if_requested(tmp_path):
    path = tmp_path / "chb_eeg.edf"
    names = ["FP1-F3", "F3-C3", "T7-P7", "FZ-CZ", "T8-P8-0", "T8-P8-1"]
    mne.export.export_raw(path, others_raw(names), verbose="error")
    with pytest.raises(InputError, match="bipolar.*require the derivations"):
        read_recording(path)
    raw = read_recording(path, channels=DERIVATIONS)
    assert raw.ch_names == ["Fp1-F3", "F3-C3", "T7-P7", "Fz-Cz"]
    assert raw.info["bads"] == []


def test_prepare_accepts_a_dataset_and_its_labels(tmp_path):
    path = mne_bids.BIDSPath(subject="01", task="rest", root=tmp_path / "bids", datatype="eeg")
    mne_bids.write_raw_bids(
        others_raw(ELECTRODES), path, format="EDF", allow_preload=True, verbose="error"
    )
    arguments = [str(tmp_path / "bids"), str(tmp_path / "store"), "--label"]
    assert CliRunner().invoke(prepare, [*arguments, "fnsz"]).exit_code == 2
    result = CliRunner().invoke(prepare, [*arguments, "Focal seizure=fnsz", "--strict"])
    assert result.exit_code == 0, result.output
    (row,) = find_prepared(tmp_path / "store").itertuples()
    assert row.seizures == {"fnsz": 1}


def test_fif_is_read_although_it_is_not_a_bids_format(tmp_path):
    (tmp_path / "dataset_description.json").write_text("{}")
    folder = tmp_path / "sub-7" / "ses-a" / "eeg"
    folder.mkdir(parents=True)
    others_raw(ELECTRODES).save(folder / "sub-7_ses-a_task-x_eeg.fif", verbose="error")
    (row,) = find_bids_recordings(tmp_path).itertuples()
    assert (row.session, row.events) == ("a", None)
    assert read_recording(row.path).ch_names == list(ELECTRODES)


def test_dataset_in_the_layout_of_szcore(tmp_path):
    # As SzCORE's converters do: no trial_type, electrodes of the 10-20 system against the
    # average, one row of background where nothing happened.
    (tmp_path / "dataset_description.json").write_text("{}")
    folder = tmp_path / "sub-01" / "ses-01" / "eeg"
    folder.mkdir(parents=True)
    stem = folder / "sub-01_ses-01_task-szMonitoring_run-00"
    mne.export.export_raw(
        f"{stem}_eeg.edf", others_raw([f"{name}-Avg" for name in ELECTRODES]), verbose="error"
    )
    pd.DataFrame(
        {
            "onset": [SEIZURE[0]],
            "duration": [SEIZURE[1]],
            "eventType": ["sz_foc_ia"],
            "confidence": ["n/a"],
            "channels": ["n/a"],
            "dateTime": ["2000-01-01 10:00:00"],
            "recordingDuration": [40.0],
        }
    ).to_csv(f"{stem}_events.tsv", sep="\t", index=False)
    (row,) = find_bids_recordings(tmp_path).itertuples()
    raw, windows = typed(row)
    assert raw.info["bads"] == []
    assert windows.get_metadata()["label"].tolist() == ["cpsz"]
