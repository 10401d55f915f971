"""What a classifier takes over from a pre-training, and how gently it trains it on."""

from ..checkpoints.files import read_checkpoint
from ..checkpoints.hub import local_folder
from ..errors import InputError


class HandOver:
    """Find the pre-trained model, and train its encoder less than the head."""

    def get_params_for(self, prefix):
        """Collect the parameters of a part, for the optimiser with the encoder's learning rate.

        Parameters
        ----------
        prefix : str
            Name of the part.

        Returns
        -------
        params : dict
            The parameters, without the prefix.
        """
        params = super().get_params_for(prefix)
        if prefix == "optimizer" and self.encoder_lr is not None:
            groups = [("encoder.*", {"lr": self.encoder_lr}), *params.get("param_groups", [])]
            params["param_groups"] = groups
        return params

    def _pretraining(self):
        """Give the pre-trained module, if there is one, and what it was trained on."""
        if self.pretrained is None:
            return None, []
        if hasattr(self.pretrained, "module_"):
            self._check_adaptation(self.pretrained.adaptation)
            return self.pretrained.module_, self.pretrained.training_data_
        if hasattr(self.pretrained, "fit"):
            raise InputError(
                "pretrained", "the estimator is not fitted", "fit it first, or give a saved one"
            )
        module, description = read_checkpoint(local_folder(self.pretrained))
        self._check_adaptation(description.estimator.adaptation)
        return module, description.training_data

    def _check_freeze(self):
        """Refuse to fit anew with frozen random weights; what was read back has learned ones."""
        if self.freeze is not None and self.pretrained is None:
            raise InputError(
                "freeze",
                "there is no pre-trained encoder: frozen random weights would stay random",
                "give pretrained= as well, or leave freeze out",
            )

    def _check_adaptation(self, theirs):
        if theirs != self.adaptation:
            raise InputError(
                "adaptation",
                f"the encoder was pre-trained with adaptation={theirs!r}, this classifier has "
                f"adaptation={self.adaptation!r}",
                f"give adaptation={theirs!r}, or another encoder",
            )
