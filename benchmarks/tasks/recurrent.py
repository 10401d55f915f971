"""An LSTM and a CNN-LSTM of log-spectra, as seizure types are told with.

Written from their descriptions: the LSTM of Tang et al. (ICLR 2022, arXiv:2104.08336), and the
CNN-LSTM of Ahmedt-Aristizabal et al. (2020, arXiv:1912.04968) as Tang et al. used it, at half its
width or less (16 kernels for 32, 128 features for 512, 64 units for 128), for the tasks are small.
"""

import torch
from torch import nn

from mne_asgpf.models import ASGPF

_LAYERS, _UNITS = 2, 64
_DROPOUT = 0.1


class SpectralLSTM(nn.Module):
    """Two layers of 64 units over the seconds, of the spectra of all channels in a row.

    Parameters
    ----------
    n_outputs : int
        Number of classes.
    n_chans : int
        Number of channels.
    chs_info : list of dict
        Names of the channels.
    n_times : int
        Samples of a window.
    sfreq : float
        Sampling rate in Hz.
    """

    def __init__(self, n_outputs, n_chans, chs_info, n_times, sfreq):
        super().__init__()
        twin = ASGPF(n_outputs=n_outputs, chs_info=chs_info, n_times=n_times, sfreq=sfreq)
        self.signals_to_graphs = twin.signals_to_graphs
        n_bins = self.signals_to_graphs.spectra.n_bins
        self.embed_second = self.make_embedding(n_chans, n_bins)
        width = self.embed_second(torch.zeros(1, n_chans, n_bins)).shape[1]
        self.lstm = nn.LSTM(width, _UNITS, _LAYERS, batch_first=True, dropout=_DROPOUT)
        self.final_layer = nn.Sequential(nn.Dropout(_DROPOUT), nn.Linear(_UNITS, n_outputs))

    def make_embedding(self, n_chans, n_bins):
        """Make the layers that turn the spectra of a second into features."""
        return nn.Flatten()

    def forward(self, x):
        """Give the logits of signals in volts, of shape (batch, channels, times)."""
        front = self.signals_to_graphs
        log_spectra, valid, _, _ = front.observed_spectra(x)
        spectra = front.normalisation(log_spectra, valid)  # 0 where nothing was observed
        seconds = self.embed_second(spectra.flatten(0, 1)).unflatten(0, spectra.shape[:2])
        return self.final_layer(self.lstm(seconds)[0][:, -1])


class SpectralCNNLSTM(SpectralLSTM):
    """The same after two convolutions over channels and bins."""

    def make_embedding(self, n_chans, n_bins):
        """Make two convolutions of 16 kernels, a maximum over 2 x 2, and 128 features."""
        return nn.Sequential(
            nn.Unflatten(1, (1, n_chans)),
            *(nn.Conv2d(1, 16, 3, padding="same"), nn.ReLU()),
            *(nn.Conv2d(16, 16, 3, padding="same"), nn.ReLU()),
            *(nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(16 * (n_chans // 2) * (n_bins // 2), 128), nn.ReLU()),
        )
