"""The propagation steps with a custom gradient that saves memory and computation."""

import torch

sigmoid_backward, tanh_backward = torch.ops.aten.sigmoid_backward, torch.ops.aten.tanh_backward


def propagate_steps(v, G, n_steps, *gates):
    """Let nodes exchange messages P times: (batch, nodes, width) -> (batch * nodes, width)."""
    # `gates` are weight, (width, 3 * width), and bias, (width,), of the reset gate, the update gate
    # and the transform.
    return _PropagationSteps.apply(v, G, n_steps, *gates)


class _PropagationSteps(torch.autograd.Function):
    """Let nodes exchange messages P times, with a custom gradient."""

    # Autograd would keep eleven arrays of v's size per step and accumulate the weights' gradients
    # step by step. Here v, [r, z] and c are kept, and messages recomputed; computations that do not
    # depend on other steps are done for all steps at once.

    @staticmethod
    def forward(ctx, v, G, n_steps, W_r, b_r, W_z, b_z, W_c, b_c):
        """Propagate, as in :func:`propagate_steps`."""
        W_rz, b_rz = torch.cat([W_r, W_z]), torch.cat([b_r, b_z])
        W_rz_T, W_c_T = W_rz.mT, W_c.mT
        kept = []
        shape, width = v.shape, v.shape[-1]
        v = v.flatten(0, 1)
        for _ in range(n_steps):
            messages = torch.bmm(G, v.view(shape)).view(-1, 3 * width)  # [i, o, v]
            rz = torch.addmm(b_rz, messages, W_rz_T).sigmoid()
            r, z = rz.split(width, 1)
            messages[:, 2 * width :].mul_(r)  # [i, o, r v]
            c = torch.addmm(b_c, messages, W_c_T).tanh()
            kept += [v, rz, c]
            v = v.lerp(c.to(v), z.to(v))  # (1 - z) v + z c
        ctx.save_for_backward(G, W_rz, W_c, *kept)
        ctx.autocast = torch.is_autocast_enabled(v.device.type)
        return v

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, dv):
        """Propagate a gradient of shape (batch * nodes, width) back."""
        G, W_rz, W_c, *kept = ctx.saved_tensors
        with torch.autocast(dv.device.type, enabled=ctx.autocast):
            steps = kept[::3], kept[1::3], kept[2::3]
            dv, dm, d_rz, d_c = _back_through_steps(dv, G, W_rz, W_c, *steps)
            dG, dW_rz, dW_c = _gradients(dm, d_rz, d_c, G, *steps)
        (dW_r, dW_z), (db_r, db_z) = dW_rz.chunk(2), d_rz.sum(0).chunk(2)
        return dv, dG, None, dW_r, db_r, dW_z, db_z, dW_c, d_c.sum(0)


def _back_through_steps(dv, G, W_rz, W_c, v, rz, c):
    """Propagate the gradient back; d_rz and d_c are those before the activations."""
    G, width = G.mT, dv.shape[1]
    shape = *G.shape[:2], width
    backward = []
    for v_p, rz_p, c_p in zip(reversed(v), reversed(rz), reversed(c), strict=True):
        r, z = rz_p.split(width, 1)
        through_c = dv * z
        d_c = tanh_backward(through_c, c_p)
        dm = d_c @ W_c
        d_rv = dm[:, 2 * width :]
        d_rz = sigmoid_backward(torch.cat([d_rv * v_p, dv * (c_p - v_p)], 1), rz_p)
        d_rv.mul_(r)
        dm = torch.addmm(dm, d_rz, W_rz).view(shape[0], -1, width)
        dv = torch.baddbmm((dv - through_c).view(shape), G, dm).view(-1, width)
        backward.append((dm, d_rz, d_c))
    return dv.view(shape), *map(_join, zip(*reversed(backward), strict=True))


def _gradients(dm, d_rz, d_c, G, v, rz, c):
    """Compute the gradients of G and the weights over all steps at once."""
    n_steps, n_clips, width = len(v), G.shape[0], v[0].shape[-1]
    v = _join(v).view(n_steps * n_clips, -1, width)
    dG = torch.bmm(dm, v.mT).view(n_steps, *G.shape).sum(0)
    messages = torch.bmm(_join([G] * n_steps), v).view(-1, 3 * width)
    dW_rz = d_rz.mT @ messages
    messages[:, 2 * width :].mul_(_join(rz)[:, :width])
    return dG, dW_rz, d_c.mT @ messages


def _join(steps):
    """Concatenate, without copying a single tensor."""
    return torch.cat(steps) if len(steps) > 1 else steps[0]
