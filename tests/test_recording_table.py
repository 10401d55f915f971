"""The one table of recordings: a corpus, its BIDS dataset and its signal store agree."""

from pathlib import Path

import pandas as pd
import pytest
from edf_files import write_edf

from mne_asgpf import find_prepared, find_recordings, prepare_corpus
from mne_asgpf.bids import convert_to_bids, find_bids_recordings
from mne_asgpf.recording_table import COLUMNS, make_recording_table

NAMES = (
    "edf/train/aaaaapks/s001_2002/02_tcp_le/aaaaapks_s001_t000",
    "edf/dev/aaaaaaac/s003_2015/01_tcp_ar/aaaaaaac_s003_t001",
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables")
    for name in NAMES:
        write_edf(root / "corpus" / f"{name}.edf", sfreq=256, seconds=20)
    convert_to_bids(root / "corpus", root / "bids")
    prepare_corpus(root / "bids", root / "store")
    return {
        "corpus": find_recordings(root / "corpus", cache=False),
        "bids": find_bids_recordings(root / "bids"),
        "store": find_prepared(root / "store"),
    }


@pytest.mark.parametrize("other", ["bids", "store"])
def test_tables_agree_on_what_they_share(tables, other):
    corpus, table = tables["corpus"], tables[other]
    assert tuple(corpus.columns[:4]) == tuple(table.columns[:4]) == COLUMNS
    assert all(isinstance(path, Path) for path in table["path"])
    pd.testing.assert_frame_equal(
        corpus[["patient", "session", "split"]].sort_values("patient", ignore_index=True),
        table[["patient", "session", "split"]].sort_values("patient", ignore_index=True),
    )
    shared = corpus.columns.intersection(table.columns)
    assert corpus.dtypes[shared].equals(table.dtypes[shared])


def test_header_columns_are_in_both_tables_that_read_headers(tables):
    for name in ("corpus", "store"):
        assert {"sfreq", "duration", "seizures"} <= {*tables[name].columns}
    assert tables["corpus"]["sfreq"].tolist() == [256, 256]
    assert tables["store"]["sfreq"].tolist() == [200, 200]
    assert tables["store"]["duration"].tolist() == [20, 20]
    assert tables["store"]["seizures"].tolist() == [None, None]  # they were not annotated


def test_missing_values_are_none_or_nan():
    table = make_recording_table(
        [{"path": Path("a")}, {"path": Path("b"), "sfreq": 200}], ["sfreq"]
    )
    assert table["patient"].tolist() == [None, None]
    assert table["sfreq"].isna().tolist() == [True, False]
    assert make_recording_table([]).columns.tolist() == list(COLUMNS)
