"""Windows that cannot be judged are said to be so, and are never a type of seizure."""

import json

import mne
import numpy as np
import pytest
from small_net import CLIP, SFREQ, SMALL, classifier, make_array, make_raw, make_raws

from mne_asgpf import ASGPFPretrainer
from mne_asgpf.event_rule import EventRule
from mne_asgpf.event_table import make_event_table
from mne_asgpf.labels import BACKGROUND
from mne_asgpf.report.recording_results import write_recording_results
from mne_asgpf.windows import (
    detection_windows,
    pretraining_windows,
    recording_windows,
    typed_windows,
)

ANY = "ignore:.*(flat|typical amplitude|mains|far beyond).*:RuntimeWarning"
pytestmark = pytest.mark.filterwarnings(ANY)


@pytest.fixture(scope="module")
def fitted():
    return classifier(train_split=None).fit(make_raws())


def spoilt(how, *, n=2):
    """Spoil the windows of the middle, seconds 8 to 12, in so many channels more than may be."""
    raw = make_raw(0)
    raw.apply_function(how, picks=raw.ch_names[: n + 2], channel_wise=False)
    return raw


def middle(change):
    def how(data):
        data = data.copy()
        part = slice(8 * SFREQ, 12 * SFREQ)
        data[:, part] = change(data[:, part])
        return data

    return how


CASES = {
    "flat": (lambda x: 0 * x, "flat"),
    "DC": (lambda x: 0 * x + 1e-3, "flat"),
    "missing": (lambda x: np.where(np.arange(x.shape[1]) % SFREQ == 3, np.nan, x), "no data"),
    "microvolts": (lambda x: 1e6 * x, "out of range"),
    "millivolts": (lambda x: 1e3 * x, "out of range"),
    "scaled down": (lambda x: 1e-3 * x, "out of range"),
}


@pytest.mark.parametrize("case", CASES)
def test_windows_that_cannot_be_assessed_are_not_seizures(case, fitted):
    change, reason = CASES[case]
    raw = spoilt(middle(change))
    expected = [""] * 4 + [reason] * 2 + [""] * 4
    assert fitted.assess(raw).tolist() == expected
    typing = fitted.type_recording(raw, EventRule(0, step=None))  # what is assessed is a seizure
    assert typing.reasons.tolist() == expected
    assert typing.not_assessable == [{"onset": 8.0, "duration": 4.0, "reason": reason}]
    events = typing.find_seizures()
    assert events["onset"].tolist() == [0, 12] and events["duration"].tolist() == [8, 8]
    assert events.attrs["left_out"] == [f"8-12 s, not assessable: {reason}"]
    with pytest.warns(RuntimeWarning, match=rf"2 of 10 windows \({reason}: 2\).*background"):
        probabilities = fitted.predict_proba(raw)
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)
    with pytest.warns(RuntimeWarning, match="Not assessable"):
        assert (fitted.predict(raw)[4:6] == BACKGROUND).all()
    X = raw.get_data().reshape(5, 10, -1).swapaxes(0, 1)
    assert fitted.assess(X).tolist() == expected
    epochs = mne.make_fixed_length_epochs(raw, CLIP, preload=True, verbose="error")
    assert fitted.assess(epochs).tolist() == expected


def test_a_few_bad_leads_hide_no_window(fitted):
    raw = spoilt(middle(lambda x: 0 * x), n=0)
    assert not fitted.assess(raw).any()


@pytest.mark.parametrize("value", [0, np.nan, 1e-3])
def test_all_of_an_input_may_be_unfit(fitted, value):
    with pytest.warns(RuntimeWarning, match="2 of 2 windows"):
        assert (fitted.predict(np.full((2, 5, CLIP * SFREQ), value)) == BACKGROUND).all()


def test_without_background_all_classes_are_as_probable():
    X, y = make_array()
    fitted = classifier(train_split=None).fit(X, y)
    X[3] = 0
    with pytest.warns(RuntimeWarning, match="all classes equally"):
        assert fitted.predict_proba(X)[3].tolist() == [0.5, 0.5]


def test_a_recording_is_classified_by_its_assessable_windows():
    raws = make_raws()
    fitted = classifier(train_split=None).fit(raws, np.array(["a", "b"] * 3))
    half = raws[0].copy().crop(0, 8, include_tmax=False)
    raw = mne.concatenate_raws([half.copy(), raws[1].copy()], verbose="error")
    raw.set_annotations(None)
    expected = fitted.predict_proba(half)
    raw.apply_function(lambda x: np.where(np.arange(len(x)) < 8 * SFREQ, x, 0))
    np.testing.assert_allclose(fitted.predict_proba(raw), expected, atol=1e-6)
    assert fitted.assess([raw, half]).tolist() == ["", ""]
    raw.apply_function(lambda x: 0 * x)
    assert fitted.assess([raw, half]).tolist() == ["flat", ""]


def test_bad_annotations_leave_training_and_mark_prediction(fitted):
    raw = make_raw(0)
    raw.annotations.append([13, 4.5], [1, 0], ["BAD_jump", "bad boundary"])
    kept = pretraining_windows(raw, clip_len=CLIP).get_metadata()["onset"]
    assert kept.tolist() == [0, 6, 8, 14, 16]
    for cut in (typed_windows, detection_windows):
        options = {"first_clip_only": False, "background": 9} if cut is typed_windows else {}
        every = cut(raw, clip_len=CLIP, reject_by_annotation=False, **options).get_metadata()
        kept = cut(raw, clip_len=CLIP, **options).get_metadata()
        touched = every["bad"].notna()
        assert set(every["bad"][touched]) == {"BAD_jump", "bad boundary"}
        assert sorted(kept["onset"]) == sorted(every["onset"][~touched])
    metadata = recording_windows(raw, clip_len=CLIP).get_metadata()
    expected = ["", "", "bad boundary", "", "", "", "BAD_jump", "", "", ""]
    assert metadata["bad"].fillna("").tolist() == expected
    assert fitted.assess(raw).tolist() == expected
    of_grid = fitted.type_recording(raw, EventRule(0, step=None)).find_seizures()
    assert of_grid["onset"].tolist() == [0, 6, 14]
    # Of windows each second, those that 4.5 s touches lie from 3 to 6 s, and those that
    # 13 to 14 s touches from 12 to 15 s: time of which half of its windows is bad is in no event.
    each_second = fitted.type_recording(raw, EventRule(0)).find_seizures()
    assert each_second["onset"].tolist() == [0, 6, 15]
    assert (each_second["onset"] + each_second["duration"]).tolist() == [3, 12, 20]


def test_fits_leave_bad_time_out(monkeypatch):
    raws = make_raws()
    for raw in raws:
        raw.annotations.append(3, 1, "BAD_")
    seen = []

    def fit_of(estimator, *y):
        monkeypatch.setattr(
            type(estimator), "on_train_begin", lambda self, net, X, **kwargs: seen.append(X)
        )
        estimator.fit(raws, *y)
        return {item[2][1] // SFREQ for item in seen.pop().windows}

    onsets = fit_of(classifier(train_split=None, max_epochs=0), np.array(["a", "b"] * 3))
    assert onsets == {0, 4, 6, 8, 10, 12, 14, 16, 18}
    options = {name: value for name, value in SMALL.items() if name != "max_epochs"}
    assert 2 not in fit_of(ASGPFPretrainer(**options, max_epochs=0, train_split=None))


def test_given_events_that_cannot_be_assessed_are_left_out(fitted):
    raw = spoilt(middle(lambda x: 0 * x))
    rows = [{"onset": t, "duration": 2.0, "label": "seiz"} for t in (2.0, 10.0)]
    typed = fitted.type_events(raw, make_event_table(rows))
    assert typed["onset"].tolist() == [2]
    assert typed.attrs["left_out"] == ["the seizure at 10 s is not assessable: flat"]


def test_results_report_what_was_not_assessed(fitted, tmp_path):
    raw = spoilt(middle(lambda x: 0 * x))
    found, paths = write_recording_results(fitted, raw, tmp_path, "a")
    assert found.attrs["left_out"] == ["8-12 s, not assessable: flat"]
    told = json.loads(paths["sidecar"].read_text())["NotAssessable"]
    assert told == [{"onset": 8.0, "duration": 4.0, "reason": "flat"}]
    assert "2 of 10 windows (flat: 2)" in paths["report"].read_text()
