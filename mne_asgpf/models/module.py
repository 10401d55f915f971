"""The mixin of all models for braindecode, with this package's model card."""

import inspect
import json
from pathlib import Path
from typing import Any

import torch
from braindecode.models.base import HAS_HF_HUB
from braindecode.version import __version__ as braindecode_version
from safetensors.torch import save_file

from ..atomic import atomic_path, check_targets, write_text
from ..errors import InputError
from ..type_aliases import PathLike
from .weight_files import BACKBONE, load_weights

PAPER_URL = "https://doi.org/10.1109/TBME.2025.3605790"


class ASGPFModule:
    """Changes of this package to :class:`braindecode.models.base.EEGModuleMixin`."""

    # The card names the published method and this package; weights are saved as safetensors and
    # loaded strictly, never from pickles. A model has this class first among its bases,
    # EEGModuleMixin second. It is not a subclass of EEGModuleMixin: braindecode records the
    # arguments of every subclass's __init__, and those of a base would replace the model's own.

    # braindecode's own text asks users to import the model from braindecode.
    _HUB_NOTES_TEMPLATE = """
    .. rubric:: Saving, loading and export

    ``{name}.get_config()`` and ``{name}.from_config(config)`` save and restore all
    options; ``save_pretrained(folder)`` and ``{name}.from_pretrained(folder)`` save and
    restore the weights as well (``pip install "mne_asgpf[hub]"``), as safetensors.
    Loading is strict and reports what does not fit. Fitted estimators are saved with
    ``save`` and read with :func:`mne_asgpf.read_asgpf`.

    In evaluation mode the model can be exported by :func:`torch.export.export` and
    :func:`torch.onnx.export` (``pip install "mne_asgpf[onnx]"``) for any batch size::

        clips = {{"x": {{0: torch.export.Dim("batch")}}}}
        torch.onnx.export(
            model.eval(), (x,), "asgpf.onnx", dynamo=True, dynamic_shapes=clips
        )

    ``torch.jit.script`` is not supported, as ``forward`` returns logits or features.
    """

    def __init_subclass__(cls, **kwargs):
        card = {
            "repo_url": None,  # that of the weights' author, not of braindecode
            "docs_url": None,
            "paper_url": PAPER_URL,
            "library_name": "mne_asgpf",
            "tags": ["eeg", "seizure", "graph-neural-network"],
            "license": "bsd-3-clause",
        }
        # Without the hub these are unused: braindecode would pass them to object.
        super().__init_subclass__(**card | kwargs if HAS_HF_HUB else {})

    def get_config(self) -> dict:
        """Return all arguments, with default sizes filled in.

        Returns
        -------
        config : dict
            Arguments that build the same model even if defaults change.
        """
        return super().get_config() | self.sizes

    def get_torchinfo_statistics(self, *args: Any, **kwargs: Any) -> Any:
        """Summarise the layers with torchinfo, without a warning about its noise of 1 V.

        Parameters
        ----------
        *args, **kwargs : tuple, dict
            As in :class:`braindecode.models.base.EEGModuleMixin`.

        Returns
        -------
        statistics : torchinfo.ModelStatistics
            The layers.
        """
        level = self.signals_to_graphs.input_level
        trusts, level.trusts = level.trusts, True
        try:
            return super().get_torchinfo_statistics(*args, **kwargs)
        finally:
            level.trusts = trusts

    def save_backbone(self, path: PathLike, *, overwrite: bool = False) -> dict:
        """Save encoder and normalisation as a plain state dict, for benchmarks.

        The head and parts of pre-training only are left out. The weights fit any
        channels, length of windows and number of classes; spectra are comparable across
        sampling rates of at least ``2 * (n_bins - 1)`` Hz.

        Parameters
        ----------
        path : path-like
            The file: safetensors if it ends with ``.safetensors``, otherwise a file for
            ``torch.load(path, weights_only=True)``.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        model_kwargs : dict
            The options with which :class:`~mne_asgpf.models.ASGPF` can load the weights.

        Raises
        ------
        InputError
            If ``path`` exists and ``overwrite`` is False.
        """
        path = Path(path)
        check_targets([path], overwrite=overwrite)
        tensors = {
            name: value.detach().cpu().contiguous()
            for name, value in self.state_dict().items()
            if name.startswith(BACKBONE)
        }
        with atomic_path(path) as partial:
            if path.suffix == ".safetensors":
                save_file(tensors, partial, metadata={"format": "pt"})
            else:
                torch.save(tensors, partial)
        parameters = inspect.signature(type(self).__init__).parameters
        return {
            name: value
            for name, value in self.shared_options.items()
            if value != parameters[name].default
        }

    def _save_pretrained(self, save_directory):
        # braindecode's method would also write a pickle.
        config = self.get_config() | {"braindecode_version": braindecode_version}
        write_text(save_directory / "config.json", json.dumps(config, indent=2))
        tensors = {name: value.contiguous() for name, value in self.state_dict().items()}
        with atomic_path(save_directory / "model.safetensors") as path:
            save_file(tensors, path, metadata={"format": "pt"})

    if HAS_HF_HUB:

        @classmethod
        def _from_pretrained(cls, *, strict=True, **kwargs):
            # Only the default differs: braindecode's is False, without a warning.
            return super()._from_pretrained(strict=strict, **kwargs)

        @classmethod
        def _load_as_safetensor(cls, model, model_file, map_location, strict):
            load_weights(model, model_file, strict=strict, device=map_location)
            return model.eval()

        @classmethod
        def _load_as_pickle(cls, model, model_file, map_location, strict):
            raise InputError(
                model_file,
                "the repository contains its weights as a pickle, which could run code",
                "ask its author for model.safetensors, as written by save_pretrained",
            )
