"""What both estimators do to be saved and read back."""

from .checkpoint import write_checkpoint


class Saving:
    """Save a fitted estimator and build it anew from what was saved.

    Subclasses name their kind in ``_kind`` and the parameters to keep in
    ``_saved_params``.
    """

    _kind: str
    _saved_params: tuple = ("channels", "sfreq", "clip_len", "max_missing")

    def save(self, path, *, overwrite=False, notes=None):
        """Save the fitted estimator as safetensors and JSON.

        Parameters
        ----------
        path : path-like
            The folder to write; it appears whole or not at all.
        overwrite : bool
            Whether a folder that is there already may be replaced.
        notes : dict | None
            What else shall be known of it, such as the data it was trained on; safe
            for JSON.

        Raises
        ------
        FileExistsError
            There is something at ``path`` already and ``overwrite`` is False.
        """
        self.check_is_fitted()
        normalisation = self.module_.signals_to_graphs.normalisation
        description = {
            "estimator": {name: _plain(getattr(self, name)) for name in self._saved_params},
            "unit": "V",
            "normalisation": {
                "mean": normalisation.mean.item(),
                "std": normalisation.std.item(),
            },
            "notes": notes or {},
            **self._description(),
        }
        write_checkpoint(path, self._kind, self.module_, description, overwrite=overwrite)

    def _description(self):
        return {}

    @classmethod
    def _from_checkpoint(cls, module, description):
        params = {name: description["estimator"][name] for name in cls._saved_params}
        estimator = cls(module, **params)
        estimator._take_description(description)
        estimator.notes_ = description["notes"]
        estimator.initialize()
        estimator.module_.eval()
        return estimator

    def _take_description(self, description):
        pass


def _plain(value):
    return list(value) if isinstance(value, tuple) else value
