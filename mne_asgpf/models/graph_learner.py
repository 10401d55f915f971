"""The graph learner: attention between electrodes, second by second."""

import torch
import torch.nn.functional as F
from torch import nn

_SHUT = -1e30  # attention score of excluded pairs, negligible compared with others


class GraphLearner(nn.Module):
    """Learn the weights of directed edges between electrodes."""

    # Paper, section on graph learning: e_ij = LeakyReLU(a1 . W^T x_i + a2 . W^T x_j),
    # alpha_i = softmax_j(e_ij) over the pairs admitted by the gate, m the mean of alpha over the
    # heads, A the learned graph computed from m.

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
        """Compute scores e of all pairs: (..., nodes, features) -> (..., heads, nodes, nodes)."""
        # a1 . W^T x_i = x_i . (W a1): one vector per head, so the sum has rank 1.
        Wa = (self.w @ self.a.unflatten(-2, (2, -1)).squeeze(-1).mT).mT
        e1, e2 = (x @ Wa.reshape(-1, x.shape[-1]).mT).mT.unflatten(-2, (-1, 2)).unbind(-2)
        return F.leaky_relu(e1[..., :, None] + e2[..., None, :], 0.2)

    def forward(self, e, gate, present):
        """Learn A of one second, (batch, nodes, nodes), row-stochastic over available channels."""
        # Pairs whose gate is not positive are excluded.
        absent = ~present[:, None, :]
        m = self.attention(e, gate, absent)
        if self.thresholded:
            m = self.raw_graph(m).masked_fill(absent, -torch.inf).softmax(-1)
        return m.masked_fill(absent.mT, 0)

    def attention(self, e, gate, absent):
        """Compute the mean attention m of the heads, (batch, nodes, nodes)."""
        bias = gate.clamp_min(1e-30).log() if self.gates_by_weight else (gate <= 0) * _SHUT
        bias = bias.masked_fill(absent, -torch.inf)
        alpha = (e + bias[:, None]).softmax(-1).expand(-1, self.n_heads, -1, -1)
        return self.dropout(alpha).mean(1)

    def raw_graph(self, attention):
        """Threshold the attention: R = softplus(m) where m > epsilon, else 0."""
        return F.softplus(attention) * (attention > self.epsilon)
