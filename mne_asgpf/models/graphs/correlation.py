"""The correlation graph: channels whose log-spectra go together are neighbours."""

import torch

_TINY = 1e-12


def spectral_correlation(log_spectra, valid, *, centred=True):
    """Correlate the log-spectra of all pairs of channels over a clip.

    Parameters
    ----------
    log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
        ln of amplitudes, not standardised.
    valid : torch.Tensor of bool, shape (batch, seconds, nodes)
        What was observed; nothing else enters.
    centred : bool
        Whether each channel's mean spectrum over the clip is taken off first. The
        released scripts do not, and find .94 to .99 everywhere.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Absolute correlations in [0, 1], 1 on the diagonal of channels that are
        present. Constant channels correlate with none.

    Notes
    -----
    C_ij = abs(f_i . f_j) / (norm(f_i) norm(f_j)), f flattened over seconds and bins.
    """
    observed = valid[..., None]
    spectra = torch.where(observed, log_spectra, 0.0)
    if centred:
        seconds = observed.sum(1, keepdim=True).clamp_min(1)
        mean_spectrum = spectra.sum(1, keepdim=True) / seconds
        spectra = torch.where(observed, spectra - mean_spectrum, 0.0)
    flat = spectra.transpose(1, 2).flatten(2)
    inner = flat @ flat.mT
    norm = inner.diagonal(dim1=-2, dim2=-1).clamp_min(0).sqrt()
    product = norm[:, :, None] * norm[:, None, :]
    correlation = torch.where(product > _TINY, inner.abs() / product.clamp_min(_TINY), 0.0)
    present = valid.any(1).to(inner.dtype)
    return (
        correlation.clamp(max=1).tril(-1) + correlation.clamp(max=1).triu(1) + present.diag_embed()
    )
