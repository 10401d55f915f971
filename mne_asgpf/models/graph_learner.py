"""The graph learner: attention between electrodes, second by second."""

import torch
import torch.nn.functional as F
from torch import nn

_SHUT = -1e30  # attention score of excluded pairs, negligible compared with others


class GraphLearner(nn.Module):
    """Learn the weights of directed edges between electrodes.

    Parameters
    ----------
    n_features : int
        Width d of a node's input.
    hidden_size : int
        Width G.
    n_heads : int
        Attention heads M.
    epsilon : float
        Threshold of the ``thresholded`` learned graph.
    drop_prob : float
        Dropout of the attention.
    switches : dict of str to str
        The values of the variant's switches (:mod:`mne_asgpf.models.variant`).

    Notes
    -----
    Paper, section on graph learning: e_ij = LeakyReLU(a1 . W^T x_i + a2 . W^T x_j),
    alpha_i = softmax_j(e_ij) over the pairs admitted by the gate, m the mean of
    alpha over the heads, A the learned graph computed from m.
    """

    def __init__(self, n_features, hidden_size, n_heads, epsilon, drop_prob, switches):
        super().__init__()
        heads = (n_heads,) if switches["heads"] == "own" else ()
        self.n_heads = n_heads
        self.epsilon = epsilon
        self.gates_by_weight = switches["gate"] == "edges"
        self.thresholded = switches["learned_graph"] == "thresholded"
        self.dropout = nn.Dropout(0.5 if switches["attention_dropout"] == "fixed" else drop_prob)
        self.w = nn.Parameter(torch.empty(*heads, n_features, hidden_size))
        self.a = nn.Parameter(torch.empty(*heads, 2 * hidden_size, 1))
        for weight in (self.w, self.a):
            # Xavier's bound for a single head, independent of their number.
            bound = 1.414 * (6 / sum(weight.shape[-2:])) ** 0.5
            nn.init.uniform_(weight, -bound, bound)

    def scores(self, x):
        """Compute the scores of all pairs of nodes.

        Parameters
        ----------
        x : torch.Tensor, shape (..., nodes, features)
            Node inputs, of one second or several.

        Returns
        -------
        e : torch.Tensor, shape (..., heads, nodes, nodes)
            The scores.
        """
        # a1 . W^T x_i = x_i . (W a1): one vector per head, so the sum has rank 1.
        Wa = (self.w @ self.a.unflatten(-2, (2, -1)).squeeze(-1).mT).mT
        e1, e2 = (x @ Wa.reshape(-1, x.shape[-1]).mT).mT.unflatten(-2, (-1, 2)).unbind(-2)
        return F.leaky_relu(e1[..., :, None] + e2[..., None, :], 0.2)

    def forward(self, e, gate, present):
        """Learn the graph of one second.

        Parameters
        ----------
        e : torch.Tensor, shape (batch, heads, nodes, nodes)
            Scores.
        gate : torch.Tensor, shape (batch, nodes, nodes)
            Gate of the attention; pairs with values that are not positive are excluded.
        present : torch.Tensor of bool, shape (batch, nodes)
            Available channels; the others have no incoming weights.

        Returns
        -------
        graph : torch.Tensor, shape (batch, nodes, nodes)
            A, row-stochastic over the available channels.
        """
        absent = ~present[:, None, :]
        m = self.attention(e, gate, absent)
        if self.thresholded:
            m = self.raw_graph(m).masked_fill(absent, -torch.inf).softmax(-1)
        return m.masked_fill(absent.mT, 0)

    def attention(self, e, gate, absent):
        """Compute the mean attention m of the heads.

        Parameters
        ----------
        e, gate : torch.Tensor
            As in :meth:`forward`.
        absent : torch.Tensor of bool, shape (batch, 1, nodes)
            Channels that are missing.

        Returns
        -------
        attention : torch.Tensor, shape (batch, nodes, nodes)
            m.
        """
        bias = gate.clamp_min(1e-30).log() if self.gates_by_weight else (gate <= 0) * _SHUT
        bias = bias.masked_fill(absent, -torch.inf)
        alpha = (e + bias[:, None]).softmax(-1).expand(-1, self.n_heads, -1, -1)
        return self.dropout(alpha).mean(1)

    def raw_graph(self, attention):
        """Threshold the attention: R = softplus(m) where m > epsilon, else 0.

        Parameters
        ----------
        attention : torch.Tensor, shape (batch, nodes, nodes)
            m.

        Returns
        -------
        raw : torch.Tensor, shape (batch, nodes, nodes)
            R.
        """
        return F.softplus(attention) * (attention > self.epsilon)
