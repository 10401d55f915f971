"""A fitted classifier as an ONNX file, with a description of its input."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mne.utils import warn

from .. import __version__
from ..atomic import atomic_path, check_targets
from ..errors import InputError
from .classifier import ASGPFClassifier

_EXTRA = 'pip install "mne_asgpf[onnx]"'
_CLOSE = 1e-3  # between logits of the file and of the module


def write_onnx(classifier, path, *, overwrite=False):
    """Write a fitted classifier as ONNX, and check it against onnxruntime."""
    # The input `signals` is float32 of shape (batch, channels, times) for any batch size, with NaN
    # for missing data; the output `logits` has shape (batch, classes). The metadata contain, as
    # JSON: channels (null after a fit on arrays with another number of channels), sfreq in Hz,
    # clip_len in seconds, input_unit, classes in the order of the logits, the temperature to divide
    # them by before a softmax, synthetic (true for a model trained on synthetic data only), and the
    # normalisation of the spectra.
    if not isinstance(classifier, ASGPFClassifier):
        raise InputError("MODEL", "is a pre-trained model without classes", "give a classifier")
    classifier.check_is_fitted()
    path = Path(path)
    check_targets([path], overwrite=overwrite)
    try:
        import onnxruntime
        import onnxscript  # noqa: F401  (torch requires it, with a less clear message)
    except ImportError as error:
        raise InputError(path, f"writing ONNX needs {error.name}", _EXTRA) from error
    if classifier.adaptation is not None:
        warn(
            f"The classifier adapts windows to the {classifier.adaptation}, but the file does not: "
            "give it adapted windows."
        )
    module = deepcopy(classifier.module_).cpu().eval()
    clips = _clips(module)
    program = _export(module, clips[:2])
    program.model.metadata_props.update(_metadata(classifier, module))
    with atomic_path(path) as partial:
        program.save(partial)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # lower levels log each cast
        session = onnxruntime.InferenceSession(partial, options, providers=["CPUExecutionProvider"])
        (logits,) = session.run(None, {"signals": clips.numpy()})
        with torch.no_grad():
            away = np.abs(logits - module(clips).numpy()).max()
        if not away < _CLOSE:
            raise InputError(
                path,
                f"onnxruntime computes different logits (by {away:.2g})",
                "report it with the output of mne_asgpf sys-info",
            )


def _clips(module):
    """Draw three clips for the check, one of them with a missing channel."""
    generator = torch.Generator().manual_seed(0)
    clips = 3e-5 * torch.randn(3, module.n_chans, module.n_times, generator=generator)
    clips[2, 0] = torch.nan
    return clips


def _export(module, clips):
    # The graph optimiser would take ten times as long as everything else, and
    # onnxruntime optimises when it reads the file.
    program: Any = torch.onnx.export(
        module,
        (clips,),
        dynamo=True,
        optimize=False,
        dynamic_shapes={"x": {0: torch.export.Dim("batch")}},
        input_names=["signals"],
        output_names=["logits"],
        verbose=False,
    )
    for node in program.model.graph:  # stack traces, which are most of the file
        node.metadata_props.clear()
    return program


def _metadata(classifier, module):
    normalisation = module.signals_to_graphs.normalisation
    named = module.n_chans == len(classifier.channels)  # otherwise fitted on an array
    values = {
        "channels": list(classifier.channels) if named else None,
        "sfreq": module.sfreq,
        "clip_len": module.n_times / module.sfreq,
        "input_unit": "V",
        "classes": classifier.classes_.tolist(),
        "temperature": classifier.temperature_,
        "synthetic": classifier.notes_.get("synthetic"),  # None: not stated by its author
        "adaptation": classifier.adaptation,
        "normalisation": {
            "mean": normalisation.mean.tolist(),
            "std": normalisation.std.tolist(),
        },
        "mne_asgpf": __version__,
    }
    return {name: json.dumps(value) for name, value in values.items()}
