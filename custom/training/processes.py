"""What several processes share of one training."""

from __future__ import annotations

from custom.errors import BadInput


def share_of_batch(batch_size: int, n_processes: int) -> int:
    """Return the volumes of a batch that each process takes.

    Raises:
        BadInput: the batch cannot be shared evenly, so that the training would not be the one asked for.
    """
    if batch_size % n_processes:
        raise BadInput(
            f"batch_size must be a multiple of the number of processes, got {batch_size} volumes for {n_processes}; "
            "change --nproc_per_node or batch_size"
        )
    return batch_size // n_processes
