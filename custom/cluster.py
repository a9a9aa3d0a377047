"""Work on many studies at once: Dask's workers on this machine, or on a cluster that already runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import psutil
from dask.distributed import Client, LocalCluster, as_completed
from tqdm.auto import tqdm

from custom.errors import BadInput, find_bad_input
from custom.settings import check_whole

Item = TypeVar("Item")

BYTES_PER_WORKER = 3e9
"""Memory that one study's reconstruction or simulation needs, the system matrix that all share not counted."""

TIMEOUT = "10s"
"""How long to look for a scheduler."""

logger = logging.getLogger(__name__)


def run_each(
    task: Callable[[Item], object],
    items: Sequence[Item],
    *,
    scheduler: str | None = None,
    n_workers: int | None = None,
    description: str = "studies",
    unit: str = "study",
    progress: bool = True,
) -> dict[Item, str]:
    """Do one task for each item, in any order; what fails does not stop the rest.

    Args:
        task: what to do, on one thread; what it returns is lost, so it must write what it makes.
        items: for what.
        scheduler: address of a running Dask scheduler, such as tcp://10.0.0.5:8786; default workers of our own.
        n_workers: how many workers of our own; default as many as cores, memory and items allow. One works in this
            process.
        description: what the progress bar is called.
        unit: what an item is called.
        progress: show a progress bar with the time left.

    Returns:
        For each item that failed the reason.

    Raises:
        BadInput: no scheduler at that address, or a number of workers that cannot be.
    """
    n_workers = _number_of_workers(n_workers, len(items))
    bar = tqdm(total=len(items), desc=description, unit=unit, disable=not progress)
    failures = {}
    with bar, _outcomes(task, items, scheduler, n_workers) as outcomes:
        for item, error in outcomes:
            bar.update()
            if error is not None:
                bad_input = find_bad_input(error)
                failures[item] = str(bad_input or f"{type(error).__name__}: {error}")
                logger.error("%s %s failed: %s", unit, item, failures[item], exc_info=None if bad_input else error)
    return failures


def _number_of_workers(n_workers: int | None, n_items: int) -> int:
    if n_workers is None:
        by_memory = int(psutil.virtual_memory().available / BYTES_PER_WORKER)
        return max(1, min(os.cpu_count() or 1, by_memory, n_items))
    check_whole(n_workers=n_workers)
    return n_workers


@contextmanager
def _outcomes(
    task: Callable[[Item], object], items: Sequence[Item], scheduler: str | None, n_workers: int
) -> Iterator[Iterator[tuple[Item, BaseException | None]]]:
    """Give a context in which items come back as they are done, each with the error that it ended in, or None."""
    if scheduler is None and n_workers == 1:
        yield ((item, _error_of(task, item)) for item in items)
        return
    with _client(scheduler, n_workers) as client:
        futures = {client.submit(task, item, pure=False): item for item in items}
        yield ((futures[future], future.exception()) for future in as_completed(futures))


@contextmanager
def _client(scheduler: str | None, n_workers: int) -> Iterator[Client]:
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=TIMEOUT)
        except (OSError, ValueError) as error:
            raise BadInput(
                f"scheduler must be the address of a running Dask scheduler, got {scheduler} ({error}); is it up?"
            ) from error
        with client:
            yield client
        return
    cluster = LocalCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # a free port, although without pages: another cluster may have the usual one
        scheduler_kwargs={"dashboard": False},
        memory_limit=None,
        silence_logs=logging.ERROR,
    )
    with cluster, Client(cluster) as client:
        yield client


def _error_of(task: Callable[[Item], object], item: Item) -> Exception | None:
    try:
        task(item)
    except Exception as error:  # whatever it is, the other items go on
        return error
    return None
