"""The graph learner: attention between electrodes, second by second."""

import torch
import torch.nn.functional as F
from torch import nn

_SHUT = -9e15  # attention score of a pair that is gated out, as released


class GraphLearner(nn.Module):
    """Learn how strongly each electrode listens to each other one.

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
    alpha_i = softmax_j(e_ij) over the pairs that the gate lets through, m the mean of
    alpha over the heads, A the learned graph made from m.
    """

    def __init__(self, n_features, hidden_size, n_heads, epsilon, drop_prob, switches):
        super().__init__()
        heads = (n_heads,) if switches["heads"] == "own" else ()
        self.n_heads = n_heads
        self.epsilon = epsilon
        self.gates_by_weight = switches["gate"] == "edges"
        self.thresholded = switches["learned_graph"] == "thresholded"
        self.drop_prob = 0.5 if switches["attention_dropout"] == "fixed" else drop_prob
        self.w = nn.Parameter(torch.empty(*heads, n_features, hidden_size))
        self.a = nn.Parameter(torch.empty(*heads, 2 * hidden_size, 1))
        for weight in (self.w, self.a):
            # Xavier's bound for one head, whatever their number.
            bound = 1.414 * (6 / sum(weight.shape[-2:])) ** 0.5
            nn.init.uniform_(weight, -bound, bound)

    def forward(self, x, gate, present):
        """Learn the graph of one second.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, features)
            Node inputs.
        gate : torch.Tensor, shape (batch, nodes, nodes)
            What gates the attention; pairs whose value is not positive are shut.
        present : torch.Tensor of bool, shape (batch, nodes)
            Channels at hand; no one listens to the others.

        Returns
        -------
        graph : torch.Tensor, shape (batch, nodes, nodes)
            A, row-stochastic over the channels at hand.
        """
        return self.normalise(self.attention(x, gate, present), present)

    def attention(self, x, gate, present):
        """Compute the heads' mean attention m.

        Parameters
        ----------
        x, gate, present : torch.Tensor
            As in :meth:`forward`.

        Returns
        -------
        attention : torch.Tensor, shape (batch, nodes, nodes)
            m.
        """
        # a1 . W^T x_i = x_i . (W a1): one vector a head, so the sum has rank 1.
        folded = (self.w.unsqueeze(-3) @ self.a.unflatten(-2, (2, -1))).squeeze(-1)
        a1, a2 = folded.reshape(-1, *folded.shape[-2:]).unbind(1)  # (heads, features) each
        e = (x @ a1.mT).mT[..., :, None] + (x @ a2.mT).mT[..., None, :]
        e = F.leaky_relu(e, 0.2)  # (batch, heads, nodes, nodes)
        gate = gate[:, None]
        if self.gates_by_weight:
            e = e + gate.clamp_min(1e-30).log()
        e = torch.where(gate > 0, e, _SHUT)
        alpha = e.masked_fill(~present[:, None, None, :], -torch.inf).softmax(-1)
        if self.training and self.drop_prob > 0:
            alpha = alpha * self._keep(alpha)
        return alpha.mean(1)

    def _keep(self, alpha):
        """Draw one dropout mask a head; heads with shared weights share their attention."""
        shape = (alpha.shape[0], self.n_heads, *alpha.shape[2:])
        keep = F.dropout(alpha.new_ones(shape), self.drop_prob)
        return keep if alpha.shape[1] == self.n_heads else keep.mean(1, keepdim=True)

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
        return torch.where(attention > self.epsilon, F.softplus(attention), 0.0)

    def normalise(self, attention, present):
        """Turn the attention m into the learned graph A.

        Parameters
        ----------
        attention : torch.Tensor, shape (batch, nodes, nodes)
            m.
        present : torch.Tensor of bool, shape (batch, nodes)
            Channels at hand.

        Returns
        -------
        graph : torch.Tensor, shape (batch, nodes, nodes)
            A; rows and columns of missing channels are 0.
        """
        pairs = present[:, :, None] & present[:, None, :]
        if self.thresholded:
            raw = self.raw_graph(attention)
            attention = raw.masked_fill(~present[:, None, :], -torch.inf).softmax(-1)
        return torch.where(pairs, attention, 0.0)
