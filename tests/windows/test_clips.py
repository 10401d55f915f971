"""The published cutting rules, to the sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import read_vectors, vector_files

from mne_asgpf import InputError
from mne_asgpf.windows.clips import (
    covering_clips,
    detection_clips,
    ictal_clip,
    pretraining_clips,
    successive_ictal_clips,
)

FS = 200


CLIPPING = pytest.mark.parametrize("path", vector_files("clipping"), ids=lambda path: path.stem)


def _cases(vectors, kind):
    return sorted({name.split("/")[0] for name in vectors if name.startswith(kind)})


@pytest.mark.usefixtures("shared")
@CLIPPING
def test_ictal_clips_are_those_of_the_published_code(path):
    vectors, _ = read_vectors(path)
    for case in _cases(vectors, "cls"):
        clip = ictal_clip(
            vectors[f"{case}/seizures"],
            int(vectors[f"{case}/index"]),
            int(vectors["n_samples"]),
            clip_len=float(vectors["clip_len_s"]),
        )
        assert clip == (vectors[f"{case}/first_sample"], vectors[f"{case}/n_steps"]), case


@pytest.mark.usefixtures("shared")
@CLIPPING
def test_pretraining_clips_are_those_of_the_published_code(path):
    vectors, _ = read_vectors(path)
    n_samples, clip_len = int(vectors["n_samples"]), int(vectors["clip_len_s"])
    first = pretraining_clips(n_samples, clip_len=clip_len)
    # There is no clip to forecast after the last one.
    assert len(first) == max(n_samples // (FS * clip_len) - 1, 0)
    for case in _cases(vectors, "ssl"):
        index = int(vectors[f"{case}/clip_idx"])
        assert index * FS * clip_len == vectors[f"{case}/first_sample"]
        assert vectors[f"{case}/n_steps"] == clip_len
        if index < len(first):
            assert first[index] == vectors[f"{case}/first_sample"]


def test_a_seizure_without_a_remaining_second_has_no_clip():
    seizures = [(5.0, 20.0), (20.2, 20.9)]
    assert ictal_clip(seizures, 1, 60 * FS) == (4001, 0)
    assert successive_ictal_clips(seizures, 1, 60 * FS) == []


def test_a_clip_ends_with_the_recording():
    assert ictal_clip([(10.0, 40.0)], 0, 12 * FS + 50) == (1600, 4)


def test_successive_clips_go_through_the_seizure():
    clips = successive_ictal_clips([(10.0, 38.5)], 0, 60 * FS)
    assert clips == [(1600, 12), (4000, 12), (6400, 6)]


def test_detection_clips_are_ictal_if_they_overlap_with_a_seizure():
    first, ictal = detection_clips([(11.9, 12.0), (30.0, 36.5)], 60 * FS - 1)
    np.testing.assert_array_equal(first, [0, 2400, 4800, 7200])
    np.testing.assert_array_equal(ictal, [True, False, True, True])
    assert not detection_clips([], 24 * FS)[1].any()


@pytest.mark.parametrize(
    ("seconds", "stride", "expected"),
    [
        (30.0, None, [(0, 12), (2400, 12), (3600, 12)]),
        (24.9, None, [(0, 12), (2400, 12)]),
        (25.0, None, [(0, 12), (2400, 12), (2600, 12)]),
        (18.0, 6.0, [(0, 12), (1200, 12)]),
        (20.0, 6.0, [(0, 12), (1200, 12), (1600, 12)]),
        (33.0, 30.0, [(0, 12), (4200, 12)]),
        (12.0, None, [(0, 12)]),
        (11.9, None, [(0, 11)]),
        (0.9, None, []),
    ],
)
def test_covering_clips(seconds, stride, expected):
    assert covering_clips(int(seconds * FS), stride=stride) == expected


@pytest.mark.parametrize("stride", [0.0, 0.99 / FS, -1.0, float("nan")])
def test_a_stride_below_one_sample_is_refused(stride):
    # The clips of such a stride never end; of 11 s, there is only one.
    with pytest.raises(InputError, match="stride.*less than a sample.*Remedy"):
        covering_clips(11 * FS, stride=stride)
    assert covering_clips(13 * FS, stride=1 / FS) == [(0, 12), (1, 12)]


# A clip of 12 s from sample 2400 to 4799, at 12 s to 24 s.
SAMPLE = 1 / FS


@pytest.mark.parametrize(
    ("seizure", "touches"),
    [
        ((14.0, 15.0), True),  # wholly inside
        ((5.0, 40.0), True),  # the clip is wholly inside the seizure
        ((12.0, 24.0), True),  # the clip itself
        ((5.0, 12.0), False),  # ends on the start
        ((5.0, 12.0 + SAMPLE), True),  # and one sample later
        ((5.0, 12.0 + 1e-10), False),  # rounding of sums does not count
        ((24.0, 30.0), False),  # starts on the end
        ((24.0 - SAMPLE, 30.0), True),  # and one sample earlier
        ((12.0, 12.0), True),  # no length, on the start
        ((24.0, 24.0), False),  # no length, on the end
        ((18.0, 18.0), True),
        ((0.0, 5.0), False),
        ((59.0, 80.0), False),
    ],
)
def test_a_clip_overlaps_with_a_seizure(seizure, touches):
    first, ictal = detection_clips([seizure], 60 * FS)
    assert first[1] == 2400
    if seizure[1] <= 60:
        assert ictal.any()


@given(
    st.lists(st.tuples(st.integers(0, 30 * FS), st.integers(1, 20 * FS)), max_size=4),
    st.integers(0, 70 * FS),
    st.sampled_from([2.0, 3.0, 12.0]),
)
def test_detection_clips_agree_with_the_samples(seizures, n_samples, clip_len):
    ictal_sample = np.zeros(100 * FS, bool)
    for start, length in seizures:
        ictal_sample[start : start + length] = True
    times = [(start / FS, (start + length) / FS) for start, length in seizures]
    first, ictal = detection_clips(times, n_samples, clip_len=clip_len)
    clips = [ictal_sample[i : i + int(clip_len * FS)].any() for i in first]
    np.testing.assert_array_equal(ictal, clips)
