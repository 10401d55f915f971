"""Jobs move to a cluster by joblib's own configuration."""

import pytest
from folders import content
from joblib import parallel_config
from tusz_files import BARE, V1, V2, tusz_recording

from mne_asgpf import prepare_corpus
from mne_asgpf.bids import convert_to_bids


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what dask's own start and end warn of
def test_convert_and_prepare_on_a_dask_cluster(tmp_path):
    distributed = pytest.importorskip("distributed")
    for path, kinds in ((V2, ["csv", "csv_bi"]), (V1, ["tse"]), (BARE, [])):
        tusz_recording(tmp_path / "corpus" / path, kinds, (3.0, 4.5, "cpsz"))
    alone = convert_to_bids(tmp_path / "corpus", tmp_path / "a" / "dataset")
    prepare_corpus(tmp_path / "corpus", tmp_path / "a" / "store")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        parallel_config("dask"),
    ):
        on_cluster = convert_to_bids(tmp_path / "corpus", tmp_path / "b" / "dataset", n_jobs=2)
        prepared = prepare_corpus(tmp_path / "corpus", tmp_path / "b" / "store", n_jobs=2)
        assert len(client.scheduler_info()["workers"]) == 2
    assert "failed" not in set(prepared["outcome"])
    assert on_cluster["outcome"].tolist() == alone["outcome"].tolist() == ["converted"] * 3
    assert content(tmp_path / "a") == content(tmp_path / "b")
