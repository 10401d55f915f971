"""ASGPF as a pipeline of moabb, evaluated within sessions and across subjects.

moabb is not a test dependency; ``make benchmarks-check`` installs it and runs this. Its fake
dataset is noise, so scores only show that the evaluation ran.
"""

from pathlib import Path

import numpy as np
import pytest
from small_net import SMALL_MODULE

moabb = pytest.importorskip("moabb", reason="pip install --group benchmarks")

from moabb.datasets.fake import FakeDataset  # noqa: E402
from moabb.evaluations import CrossSubjectEvaluation, WithinSessionEvaluation  # noqa: E402
from moabb.paradigms import LeftRightImagery  # noqa: E402
from moabb.pipelines.utils import parse_pipelines_from_directory  # noqa: E402

PIPELINES = Path(__file__).parents[2] / "examples" / "moabb"
OPTIONS = {**SMALL_MODULE, "module__n_bins": 40, "max_epochs": 1}

pytestmark = [
    # Those of moabb, of what it calls, and of channels without names.
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning"),
]


@pytest.fixture
def pipelines():
    (config,) = parse_pipelines_from_directory(str(PIPELINES))
    config["pipeline"].set_params(
        **{f"asgpfclassifier__{name}": value for name, value in OPTIONS.items()}
    )
    return {config["name"]: config["pipeline"]}


@pytest.mark.parametrize("evaluation", [WithinSessionEvaluation, CrossSubjectEvaluation])
def test_evaluated(evaluation, pipelines, tmp_path):
    dataset = FakeDataset(["left_hand", "right_hand"], n_subjects=3, n_sessions=1, seed=0)
    runs = evaluation(
        paradigm=LeftRightImagery(resample=128),
        datasets=[dataset],
        overwrite=True,
        hdf5_path=str(tmp_path),
    )
    results = runs.process(pipelines)
    assert len(results) == 3
    assert results["pipeline"].unique().tolist() == ["ASGPF"]
    assert results["score"].between(0, 1).all()


def test_the_model_gets_volts(pipelines):
    dataset = FakeDataset(["left_hand", "right_hand"], n_subjects=1, n_sessions=1, seed=0)
    X, labels, _ = LeftRightImagery(resample=128).get_data(dataset, [1])
    epochs, _, _ = LeftRightImagery(resample=128).get_data(dataset, [1], return_epochs=True)
    (pipeline,) = pipelines.values()
    np.testing.assert_allclose(pipeline[0].transform(X), epochs.get_data(), rtol=1e-6)
    fitted = pipeline.fit(X, labels)
    assert set(fitted.classes_) == {"left_hand", "right_hand"}
