"""What both models are to braindecode: its mixin, with this package's own card."""

from braindecode.models.base import EEGModuleMixin

PAPER_URL = "https://doi.org/10.1109/TBME.2025.3605790"


class ASGPFModule(EEGModuleMixin):
    """A braindecode model whose card and documentation name this package.

    Parameters
    ----------
    n_outputs, n_chans : int
        As in :class:`braindecode.models.base.EEGModuleMixin`.
    chs_info : list of dict
        As there.
    n_times : int
        As there.
    input_window_seconds, sfreq : float
        As there.

    Notes
    -----
    Subclasses name the published method as their source.
    """

    # braindecode's own text tells users to import the model from braindecode.
    _HUB_NOTES_TEMPLATE = """
    .. rubric:: Saving and loading

    ``{name}.get_config()`` and ``{name}.from_config(config)`` keep and restore all
    options. Fitted estimators are saved with ``save`` and read with
    :func:`mne_asgpf.read_asgpf`.
    """

    def __init_subclass__(cls, **kwargs):
        own = {
            "repo_url": PAPER_URL,
            "docs_url": PAPER_URL,
            "library_name": "mne_asgpf",
            "tags": ["eeg", "seizure", "graph-neural-network"],
            "license": "bsd-3-clause",
        }
        super().__init_subclass__(**own | kwargs)
