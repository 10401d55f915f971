"""The objectives of the pre-training beside the forecast: what they learn by, and from what."""

import math

import numpy as np
import pytest
import torch
from mne.utils import catch_logging, use_log_level
from sklearn.base import clone
from skorch.callbacks import Callback
from small_net import CHANNELS, SFREQ, SMALL, make_array, make_raws
from torch.utils.data import Subset

from mne_asgpf import ASGPFClassifier, ASGPFEmbedder, ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.estimators.inputs.window_set import WindowSet
from mne_asgpf.estimators.training.patients import RunsOfPatients
from mne_asgpf.models.objectives import OBJECTIVES, objective_parts
from mne_asgpf.models.objectives.contrastive import contrast
from mne_asgpf.models.objectives.masked import draw_hidden, error_of, mean_spectra
from mne_asgpf.models.objectives.views import Views, vary_spectra

COMBINED = "neighbours+contrastive+masked"
ALL = [*OBJECTIVES, COMBINED]
BACKBONES = [{}, {"variant": "released"}, {"variant": "light"}, {"graph": "coherence"}]


def make(objective="contrastive", seed=0, **options):
    torch.manual_seed(seed)
    sizes = {"n_units": 8, "n_layers": 1, "n_bins": 8, "n_propagation_steps": 1, "drop_prob": 0.0}
    channels = [{"ch_name": name} for name in CHANNELS]
    options = {"chs_info": channels, "n_times": 8 * SFREQ, **sizes, **options}
    return ASGPFEmbedder(n_chans=5, sfreq=SFREQ, objective=objective, **options)


class KeepPatients(Callback):
    """Keep the patients of the batches that a pre-trainer trains on."""

    def __init__(self, given):
        self.given = given

    def on_train_begin(self, net, **kwargs):
        (objective,) = net.module_.objectives.values()
        objective.register_forward_pre_hook(lambda _, args: self.given.append(args[2]))


class Stopped(Exception):
    pass


class StopAfterOne(Callback):
    """Stop a fit within its second epoch, as if the machine had gone down."""

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == 2:
            raise Stopped


@pytest.fixture
def x():
    """Eight clips of 8 s, each with a rhythm and levels of its own."""
    rng = np.random.default_rng(0)
    t = np.arange(8 * SFREQ) / SFREQ
    tones = np.sin(2 * np.pi * rng.uniform(1, 7, (8, 1, 1)) * t)
    signals = rng.uniform(1e-5, 1e-4, (8, 5, 1)) * tones
    return torch.from_numpy(signals + 1e-5 * rng.standard_normal((8, 5, len(t)))).float()


def with_gaps(x):
    """A missing channel, short clips, one that is flat and one that is not there at all."""
    x = x.clone()
    x[0, 2] = torch.nan
    x[1, :, 3 * SFREQ :] = torch.nan
    x[2, :, SFREQ:] = torch.nan
    x[3] = 0
    x[4] = torch.nan
    return x


@pytest.mark.parametrize("objective", ALL)
def test_loss_falls(x, objective):
    model = make(objective)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for _ in range(80):
        loss = model.loss(model.pretext(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])


@pytest.mark.parametrize("options", BACKBONES, ids=str)
@pytest.mark.parametrize("objective", ALL)
def test_gradient_reaches_the_encoder_whatever_is_missing(x, objective, options):
    model = make(objective, **options)
    model.signals_to_graphs.fit_normalisation([x])
    model.loss(model.pretext(with_gaps(x))).backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    assert all(gradient.isfinite().all() for gradient in gradients)
    reached = [p.grad is not None and p.grad.abs().sum() > 0 for p in model.encoder.parameters()]
    assert np.mean(reached) > 0.5
    assert all(p.grad is not None for p in model.objectives.parameters())


@pytest.mark.parametrize("objective", ALL)
def test_one_clip_of_any_length_gives_a_finite_loss(x, objective):
    model = make(objective).eval()
    for seconds in (2, 3, 8):
        for outcome in model.pretext(x[:1, :, : seconds * SFREQ]).values():
            assert outcome.loss.isfinite()
            assert outcome.chance.isfinite()
    nothing = torch.full((1, 5, 8 * SFREQ), torch.nan)
    assert model.loss(model.pretext(nothing)).isfinite()


def test_electrodes_without_names_and_a_single_one_do(x):
    for n_chans in (1, 5):
        with pytest.warns(RuntimeWarning, match="position of every channel is unknown"):
            model = make(COMBINED, chs_info=None)
        assert model.loss(model.pretext(x[:, :n_chans])).isfinite()


def test_loss_is_about_one_at_the_start(x):
    for objective in ALL:
        model = make(objective)
        model.signals_to_graphs.fit_normalisation([x])
        losses = [model.loss(model.pretext(x)).item() for _ in range(20)]
        assert 0.5 < np.mean(losses) < 1.6, objective


def test_masked_counts_what_is_hidden_alone(x):
    model = make("masked")
    clip = model.signals_to_graphs(with_gaps(x))
    hidden = draw_hidden(clip)
    assert hidden.any()
    assert not (hidden & ~clip.valid).any()
    assert not hidden[3].any()  # flat
    in_sight = clip.valid & ~hidden
    assert in_sight.any(dim=(1, 2)).all()
    guess = torch.zeros_like(clip.features)
    error = error_of(guess, clip.features, hidden)
    torch.testing.assert_close(error, clip.features[hidden].abs().mean())
    other = torch.where(hidden[..., None], clip.features, 7.0)
    torch.testing.assert_close(error_of(guess, other, hidden), error)
    seen = torch.where(hidden[..., None], 7.0, clip.features)
    assert torch.equal(mean_spectra(seen, in_sight), mean_spectra(clip.features, in_sight))


def test_masked_hides_it_from_the_encoder(x):
    model = make("masked")
    clip = model.signals_to_graphs(x)
    given = []
    model.encoder.register_forward_pre_hook(lambda _, args: given.append(args[0]))
    torch.manual_seed(3)
    hidden = draw_hidden(clip)
    torch.manual_seed(3)
    model.pretext(x)
    assert (given[0][hidden] == model.objectives["masked"].instead).all()
    assert (given[0][~hidden] != model.objectives["masked"].instead).any(-1).all()


def test_mean_spectra_are_those_in_sight():
    features = torch.arange(12.0).reshape(1, 2, 3, 2)
    visible = torch.tensor([[[True, True, False], [True, False, False]]])
    guess = mean_spectra(features, visible)
    torch.testing.assert_close(guess[0, 0, 0], features[0, :, 0].mean(0))
    torch.testing.assert_close(guess[0, 0, 1], features[0, 0, 1])
    torch.testing.assert_close(guess[0, 0, 2], features[visible].mean(0))


def test_partners_that_are_alike_have_the_lower_loss():
    views = torch.randn(16, 6, generator=torch.Generator().manual_seed(0))
    together = contrast(torch.cat([views, views])).loss
    assert together < contrast(torch.cat([views, views.roll(1, 0)])).loss - 1
    alike = contrast(torch.ones(32, 6)).loss
    assert alike.item() == pytest.approx(math.log(31), rel=1e-5)
    assert contrast(torch.randn(2, 6)).loss == 0  # one clip has no other to be told from


def test_identical_clips_are_distinguished_from_shuffled_ones(x):
    model = make()
    model.signals_to_graphs.fit_normalisation([x])
    contrastive = model.objectives["contrastive"]
    contrastive.views = torch.nn.Identity()
    clips = model.signals_to_graphs.measure(x)
    same = contrastive(model, (clips,)).loss
    shuffled = type(clips)(*(part.roll(1, 0) for part in clips))
    contrastive.pair = lambda clips: clips
    assert same < contrastive(model, (clips, shuffled)).loss


def test_what_tells_patients_apart_does_not_help_within_patients():
    patients = torch.arange(4).repeat_interleave(8)
    same_for_all_clips = torch.eye(4)[patients].repeat(2, 1)
    loss, chance = contrast(same_for_all_clips)
    assert loss < chance - 1
    loss, chance = contrast(same_for_all_clips, patients)
    torch.testing.assert_close(loss, chance)
    assert chance.item() == pytest.approx(math.log(15))  # of 8 clips, two views each


def test_patients_are_compared_one_by_one_within_patients():
    patients = torch.arange(4).repeat_interleave(8)
    projected = torch.randn(64, 6)
    of_each = [contrast(projected[patients.repeat(2) == patient]).loss for patient in range(4)]
    loss = contrast(projected, patients).loss
    torch.testing.assert_close(loss, torch.stack(of_each).mean())


def test_runs_of_patients_hold_each_window_once_and_few_patients_a_batch():
    data = WindowSet(np.zeros((210, 1, 4), np.float32), patients=np.arange(210) % 3)
    data.number_patients()
    train = Subset(data, range(10, 210))
    order = list(RunsOfPatients(torch.randperm(200).tolist(), train))
    assert sorted(order) == list(range(200))
    patients = data.codes[10:][order]
    assert {len(set(patients[first : first + 16])) for first in range(0, 192, 16)} == {1}
    assert len(set(patients[:48])) > 1


@pytest.mark.parametrize(
    ("n_windows", "objective", "expected"),
    [
        (21, "contrastive", [10, 10]),  # the last one has none to be told from
        (26, "contrastive", [10, 10, 6]),
        (4, "contrastive", [4]),
        (21, "masked", [10, 10, 1]),
    ],
)
def test_a_last_batch_of_few_clips_is_left_out(n_windows, objective, expected):
    X = make_array(seconds=2)[0][np.arange(n_windows) % 12]
    options = SMALL | {"batch_size": 10, "max_epochs": 1, "train_split": None}
    pretrainer = ASGPFPretrainer(**options, objective=objective).fit(X)
    assert pretrainer.history[-1, "batches", :, "train_batch_size"] == expected


def test_pretrainer_gives_the_patients_to_the_objective():
    X, _ = make_array(seconds=4)
    groups = np.repeat(["a", "b", "c"], 4)
    options = SMALL | {"batch_size": 12, "max_epochs": 1, "train_split": None}
    pretrainer = ASGPFPretrainer(**options, objective="within_patient")
    given = []
    pretrainer.set_params(callbacks=[("keep", KeepPatients(given))]).fit(X, groups=groups)
    trained = [patients.tolist() for patients in given if patients is not None]  # a plan has none
    assert [sorted(patients) for patients in trained] == [[0] * 4 + [1] * 4 + [2] * 4]


def test_neighbours_are_the_halves_of_a_window(x):
    model = make("neighbours")
    given = []
    model.objectives["neighbours"].register_forward_pre_hook(lambda _, args: given.append(args[1]))
    model.pretext(x[..., : 7 * SFREQ])
    first, second = given[0]
    front = model.signals_to_graphs
    assert torch.equal(first.log_spectra, front.measure(x[..., : 3 * SFREQ]).log_spectra)
    expected = front.measure(x[..., 3 * SFREQ : 6 * SFREQ]).log_spectra
    assert torch.equal(second.log_spectra, expected)


def test_views_keep_what_is_missing_missing(x):
    model = make()
    clips = model.signals_to_graphs.measure(with_gaps(x))
    names = CHANNELS
    for seed in range(20):
        torch.manual_seed(seed)
        views = Views(names)(clips)
        assert [part.shape for part in views] == [part.shape for part in clips]
        assert (views.lengths <= clips.lengths).all()
        assert (2 * views.lengths >= clips.lengths).all()
        seconds = torch.arange(8) < views.lengths[:, None]
        assert torch.equal(views.valid, seconds[:, :, None] & views.present[:, None])
        assert views.present.any(1).all()
        assert not views.present[0, 2]  # Pz, which is its own mirror image
    whole = [Views(names)(clips).present.all(1) for _ in range(20)]
    assert 0 < torch.stack(whole)[:, 1:].float().mean() < 1


def test_views_reflect_pairs_of_electrodes(x):
    clips = make(graph="signal_correlation").signals_to_graphs.measure(x)
    C3, C4 = CHANNELS.index("C3"), CHANNELS.index("C4")
    assert Views(("Fz", "C3")).mirrored is None
    torch.manual_seed(0)
    views = Views(CHANNELS)(clips)
    ends = clips.signals.transpose(1, 2).flatten(2)
    starts = views.signals[:, 0]
    swapped = [
        bool((ends[clip, C4].unfold(0, SFREQ, SFREQ) == starts[clip, C3]).all(-1).any())
        for clip in range(8)
    ]
    kept = [
        bool((ends[clip, C3].unfold(0, SFREQ, SFREQ) == starts[clip, C3]).all(-1).any())
        for clip in range(8)
    ]
    assert [a != b for a, b in zip(swapped, kept, strict=True)] == [True] * 8
    assert 0 < sum(swapped) < 8


def test_frequencies_are_stretched_within_bounds():
    torch.manual_seed(0)
    bump = -0.5 * ((torch.arange(100.0) - 40) / 3) ** 2
    varied = vary_spectra(bump.clamp(min=-20).expand(200, 1, 1, 100) * 10)
    peaks = varied.argmax(-1).flatten()
    assert 33 <= peaks.min() < 36
    assert 45 < peaks.max() <= 48


@pytest.mark.parametrize("objective", ["contrast", "contrastive+", "masked+masked", None])
def test_unknown_objective_is_refused_with_the_names(objective):
    with pytest.raises(InputError, match="'forecast', one of 'masked', 'contrastive', 'neighb"):
        objective_parts(objective)
    with pytest.raises(InputError, match="unknown objective"):
        ASGPFPretrainer(**SMALL, objective=objective).fit(make_raws(3))


def test_forecast_cannot_be_combined():
    assert objective_parts("forecast") == ("forecast",)
    with pytest.raises(InputError, match="combines the forecast"):
        objective_parts("forecast+masked")


@pytest.fixture(scope="module")
def raws():
    return make_raws(6)


@pytest.fixture(scope="module", params=["contrastive", "neighbours+masked", "within_patient"])
def told(request, raws):
    """A fitted pre-trainer and what it logged."""
    with use_log_level("info"), catch_logging() as log:
        pretrainer = ASGPFPretrainer(**SMALL | {"verbose": 1}, objective=request.param).fit(raws)
    return pretrainer, log.getvalue()


@pytest.fixture(scope="module")
def pretrainer(told):
    return told[0]


def test_windows_are_clips_or_pairs(told):
    pretrainer, log = told
    plan = pretrainer.plan_
    pairs = pretrainer.takes_pairs
    assert pretrainer.module_.n_times == (4 if pairs else 2) * SFREQ
    assert plan.n_train + plan.n_valid == 6 * (9 if pairs else 10)  # of 20 s
    assert f"{plan.n_train} {'pairs of clips' if pairs else 'clips'} from" in log


def test_logs_at_the_end_whether_it_learned(told):
    pretrainer, log = told
    last = pretrainer.history[-1]
    for name in objective_parts(pretrainer.objective):
        loss, chance = last[f"valid_{name}"], last[f"valid_{name}_chance"]
        verdict = "better than" if loss < chance else "NOT better than"
        guess = "mean spectrum" if name == "masked" else "chance"
        assert f"{name!r} on the validation set: {loss:.4f} ({guess} {chance:.4f})" in log
        assert f"): {verdict} guessing" in log
    assert "Forecast error" not in log


@pytest.mark.parametrize("objective", ["neighbours", "within_patient", "forecast"])
def test_a_clip_shares_no_augmentation_with_the_next_one(objective):
    X = np.tile(make_array(seconds=2)[0], 2)  # both halves are the same
    options = SMALL | {"max_epochs": 1, "train_split": None, "augmentation": "varied"}
    pretrainer = ASGPFPretrainer(**options, objective=objective).fit(X)
    augmented, _ = pretrainer._augment(torch.from_numpy(X).float(), torch.zeros(len(X)))
    first, second = augmented.isnan().chunk(2, dim=-1)  # of the electrodes that were dropped
    assert first.any()
    assert torch.equal(first, second) == (objective == "forecast")


def test_seed_decides_and_global_generator_is_left_alone(pretrainer, raws):
    state = torch.random.get_rng_state()
    again = clone(pretrainer).fit(raws)
    assert torch.equal(torch.random.get_rng_state(), state)
    np.testing.assert_array_equal(
        again.history[:, "valid_loss"], pretrainer.history[:, "valid_loss"]
    )
    other = clone(pretrainer).set_params(random_state=1).fit(raws)
    assert other.history[-1, "valid_loss"] != again.history[-1, "valid_loss"]


def test_resumes_where_it_was_interrupted(pretrainer, raws, tmp_path):
    stopped = clone(pretrainer).set_params(
        resume_dir=tmp_path, callbacks=[("stop", StopAfterOne())]
    )
    with pytest.raises(Stopped):
        stopped.fit(raws)
    resumed = clone(pretrainer).set_params(resume_dir=tmp_path).fit(raws)
    for name, value in pretrainer.module_.state_dict().items():
        torch.testing.assert_close(resumed.module_.state_dict()[name], value, rtol=0, atol=0)


def test_embeds_and_forecasts_nothing(pretrainer, raws):
    embeddings = pretrainer.transform(raws[0])
    assert embeddings.shape == (10, pretrainer.module_.embedding_width)
    assert np.isfinite(embeddings).all()
    np.testing.assert_array_equal(pretrainer.transform(raws[0]), embeddings)
    with pytest.raises(InputError, match="does not learn to forecast"):
        pretrainer.forecast(raws[0])


def test_comes_back_the_same(pretrainer, raws, tmp_path):
    pretrainer.save(tmp_path / "model")
    restored = read_asgpf(tmp_path / "model")
    assert restored.objective == pretrainer.objective
    assert isinstance(restored.module_, ASGPFEmbedder)
    np.testing.assert_allclose(
        restored.transform(raws[0]), pretrainer.transform(raws[0]), rtol=1e-5
    )
    restored.save(tmp_path / "again")
    restored.set_params(max_epochs=1).partial_fit(raws)
    assert len(restored.history) == 3


def test_encoder_is_transferred_to_a_classifier(pretrainer, tmp_path):
    X, y = make_array()
    pretrainer.save(tmp_path / "model")
    given = pretrainer.module_.encoder.state_dict()
    options = {name: value for name, value in SMALL.items() if not name.startswith("module")}
    for source in (pretrainer, tmp_path / "model"):
        clf = ASGPFClassifier(
            **options | {"lr": 0.0}, min_batches=1, pretrained=source, freeze="encoder"
        )
        clf.fit(X, y)
        for name, tensor in clf.module_.encoder.state_dict().items():
            torch.testing.assert_close(tensor, given[name])
        normalisation = clf.module_.signals_to_graphs.normalisation
        expected = pretrainer.module_.signals_to_graphs.normalisation.mean
        torch.testing.assert_close(normalisation.mean, expected)
        assert clf.predict(X).shape == (12,)


def test_arrays_are_clips_where_no_pair_is_needed():
    X, _ = make_array(seconds=1)
    ASGPFPretrainer(**SMALL, objective="masked", train_split=None).fit(X)
    with pytest.raises(InputError, match="the second is the following clip"):
        ASGPFPretrainer(**SMALL, objective="neighbours").fit(X)
