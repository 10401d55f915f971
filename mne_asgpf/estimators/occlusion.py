"""Occlusion: how the evidence for a class falls when parts of a window are hidden."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from mne.utils import _check_option
from numpy.typing import ArrayLike

from ..errors import InputError
from ..events import decide
from .inputs.recordings import EEG

if TYPE_CHECKING:
    from .classifier import ASGPFClassifier


def occlude(
    classifier: "ASGPFClassifier",
    X: EEG,
    *,
    hide: str = "channels",
    target: str | list[str] | None = None,
    groups: ArrayLike | None = None,
) -> np.ndarray:
    """Measure how much the evidence for a class falls when parts of a window are hidden.

    Hidden parts are replaced by the mean spectrum of the training data. The starting graph of
    the model is unchanged.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier.
    X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
        EEG in volts. Recordings are cut into consecutive windows.
    hide : "channels" | "seconds" | "both"
        The parts to hide, one at a time: each channel, each second on all channels, or
        each second of each channel.
    target : str | list of str | None
        The class, or several classes taken together, such as all types for a seizure of any
        type; None: the predicted class of each window.
    groups : array-like, shape (n,) | None
        As in :meth:`mne_asgpf.ASGPFClassifier.predict_proba`.

    Returns
    -------
    losses : array of float, shape (n_windows, n_channels[, n_seconds]) or (n_windows, n_seconds)
        Decrease of the log odds (base e) of the class when the part is hidden; negative for
        evidence against the class, NaN for missing data.

    Raises
    ------
    InputError
        If the classifier does not know a class, or ``target`` contains all of them.
    """
    classifier.check_is_fitted()
    _check_option("hide", hide, ["channels", "seconds", "both"])
    wanted = None if target is None else _wanted(classifier.classes_, target)
    classifier.module_.eval()
    with torch.no_grad():
        losses = [
            _losses(classifier, x.to(classifier.device), hide, wanted)
            for windows in classifier._to_predict(X, groups)
            for x, _ in classifier.get_iterator(windows)
        ]
    return torch.cat(losses).cpu().numpy()


def _losses(classifier, x, hide, wanted):
    """Hide the parts of a batch one at a time."""
    module = classifier.module_
    clip = module.signals_to_graphs(x)

    def logits(is_hidden):
        features = clip.features.masked_fill(is_hidden[..., None], 0.0)
        return module.explain_clip(clip._replace(features=features)).logits.double()

    n_seconds, n_channels = clip.valid.shape[1:]
    parts = _parts(hide, n_channels, n_seconds).to(x.device)
    whole = logits(torch.zeros_like(parts[0]))
    if wanted is None:
        classes = classifier.classes_.tolist()
        named = decide((whole / classifier.temperature_).softmax(1).cpu().numpy(), classes)
        wanted = torch.from_numpy(np.eye(len(classes), dtype=bool)[named])
    wanted = wanted.to(x.device).expand_as(whole)
    odds = _log_odds(whole, wanted)
    losses = torch.stack([odds - _log_odds(logits(part), wanted) for part in parts], 1)
    is_known = (clip.valid[:, None] & parts).flatten(2).any(2)
    losses = (losses / classifier.temperature_).masked_fill(~is_known, torch.nan)
    return losses.unflatten(1, (n_channels, n_seconds)) if hide == "both" else losses


def _parts(hide, n_channels, n_seconds):
    """List the parts to hide, shape (n_parts, n_seconds, n_channels)."""
    channels = torch.eye(n_channels, dtype=torch.bool)[:, None, :]
    seconds = torch.eye(n_seconds, dtype=torch.bool)[:, :, None]
    if hide == "channels":
        return channels.expand(-1, n_seconds, -1)
    if hide == "seconds":
        return seconds.expand(-1, -1, n_channels)
    return (channels[:, None] & seconds[None]).flatten(0, 1)


def _log_odds(logits, wanted):
    said = torch.where(wanted, logits, -torch.inf).logsumexp(1)
    return said - torch.where(wanted, -torch.inf, logits).logsumexp(1)


def _wanted(classes, target):
    """Return which classes are the target."""
    names = [target] if np.ndim(target) == 0 else list(target)
    wanted = np.isin(classes, names)
    if unknown := sorted(set(names) - set(classes.tolist()), key=str):
        raise InputError(
            "target",
            f"unknown classes: {', '.join(map(str, unknown))}",
            f"choose from {', '.join(map(str, classes))}",
        )
    if wanted.all() or not wanted.any():
        raise InputError("target", "is all classes, or none", "choose some, but not all")
    return torch.from_numpy(wanted)
