"""The batches of one of several processes that train together."""

from accelerate.utils import broadcast_object_list
from torch.utils.data import BatchSampler, Sampler


class SharedBatches(Sampler):
    """The share of one process of batches that the first process draws.

    Parameters
    ----------
    sampler : torch.utils.data.Sampler
        The order of the windows, of which that of the first process counts.
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
        # The first draws what it would draw alone, so that alone it trains on the same batches.
        batches = [list(self.batches) if rank == 0 else None]
        (batches,) = broadcast_object_list(batches)
        yield from (batch[rank::n_processes] for batch in batches if len(batch) >= n_processes)

    def __len__(self):
        return len(self.batches)
