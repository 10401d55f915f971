"""The batches of one of several processes that train together."""

import torch
from accelerate.utils import broadcast
from torch.utils.data import BatchSampler, Sampler


class SharedBatches(Sampler):
    """The share of one process of batches that all processes draw alike.

    Parameters
    ----------
    sampler : torch.utils.data.Sampler
        The order of the windows; what it draws from torch is the same everywhere.
    batch_size : int
        Windows a process has in a batch.
    drop_last : bool
        Whether a last batch that is not full is left out.
    accelerator : accelerate.Accelerator
        Tells of the processes.

    Notes
    -----
    A last batch that has fewer windows than there are processes is left out.
    """

    def __init__(self, sampler, batch_size, drop_last, accelerator):
        self.batches = BatchSampler(
            sampler, batch_size * accelerator.num_processes, drop_last=drop_last
        )
        self.accelerator = accelerator

    def __iter__(self):
        """Draw the order of an epoch.

        Yields
        ------
        share : list of int
            This process's windows of the next batch.
        """
        rank, n_processes = self.accelerator.process_index, self.accelerator.num_processes
        seed = broadcast(torch.randint(2**31 - 1, (1,)).to(self.accelerator.device))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(seed))
            batches = list(self.batches)
        yield from (batch[rank::n_processes] for batch in batches if len(batch) >= n_processes)

    def __len__(self):
        return len(self.batches)
