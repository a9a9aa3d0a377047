"""Work on many studies at once: Dask's workers on this machine, or on a cluster that already runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import psutil
import torch
from dask.distributed import Client, LocalCluster, as_completed
from tqdm.auto import tqdm

from custom.errors import BadInput, find_bad_input
from custom.settings import check_whole

Item = TypeVar("Item")
Task = Callable[[Sequence[Item]], Mapping[Item, str]]

BYTES_PER_WORKER = 3e9
"""Memory that a group of studies or animals needs, the system matrix that all share not counted."""

TIMEOUT = "10s"
"""How long to look for a scheduler."""

logger = logging.getLogger(__name__)


def run_each(
    task: Task[Item],
    items: Sequence[Item],
    *,
    together: int = 1,
    scheduler: str | None = None,
    n_workers: int | None = None,
    description: str = "studies",
    unit: str = "study",
    progress: bool = True,
) -> dict[Item, str]:
    """Do one task for each item, in any order; what fails does not stop the rest.

    Args:
        task: what to do with some items, on one thread, so that the number of cores changes no bit of it; it writes
            what it makes, and returns for each item that failed the reason. An exception fails them all.
        items: for what.
        together: how many items at most one call of the task gets.
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
    groups = [tuple(items[first : first + together]) for first in range(0, len(items), together)]
    n_workers = _number_of_workers(n_workers, len(groups))
    bar = tqdm(total=len(items), desc=description, unit=unit, disable=not progress)
    failures: dict[Item, str] = {}
    with bar, _outcomes(task, groups, scheduler, n_workers) as outcomes:
        for group, (failed, error) in outcomes:
            bar.update(len(group))
            reasons = failed if error is None else dict.fromkeys(group, _reason(error))
            if error is not None and find_bad_input(error) is None:
                logger.error("an error that nobody foresaw:", exc_info=error)
            for item, why in reasons.items():
                logger.error("%s %s failed: %s", unit, item, why)
            failures |= reasons
    return failures


def _reason(error: BaseException) -> str:
    """Return what a user is told of an error."""
    return str(find_bad_input(error) or f"{type(error).__name__}: {error}")


def _number_of_workers(n_workers: int | None, n_groups: int) -> int:
    if n_workers is None:
        by_memory = int(psutil.virtual_memory().available / BYTES_PER_WORKER)
        return max(1, min(os.cpu_count() or 1, by_memory, n_groups))
    check_whole(n_workers=n_workers)
    return min(n_workers, max(1, n_groups))


Outcome = tuple[Mapping[Item, str], BaseException | None]


@contextmanager
def _outcomes(
    task: Task[Item], groups: Sequence[tuple[Item, ...]], scheduler: str | None, n_workers: int
) -> Iterator[Iterator[tuple[tuple[Item, ...], Outcome[Item]]]]:
    """Give a context in which groups come back as they are done, each with its failures or the error it ended in."""
    if scheduler is None and n_workers == 1:
        yield ((group, _outcome(partial(_on_one_thread, task, group))) for group in groups)
        return
    with _client(scheduler, n_workers) as client:
        futures = {client.submit(_on_one_thread, task, group, pure=False): group for group in groups}
        yield ((futures[future], _outcome(future.result)) for future in as_completed(futures))


def _outcome(result: Callable[[], Mapping[Item, str]]) -> Outcome[Item]:
    try:
        return result(), None
    except Exception as error:  # whatever it is, the other items go on
        return {}, error


def _on_one_thread(task: Task[Item], group: tuple[Item, ...]) -> Mapping[Item, str]:
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return task(group)
    finally:
        torch.set_num_threads(n_threads)


@contextmanager
def _client(scheduler: str | None, n_workers: int) -> Iterator[Client]:
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=TIMEOUT)
            client.wait_for_workers(1, timeout=TIMEOUT)
        except (OSError, ValueError, TypeError) as error:
            raise BadInput(
                f"scheduler must be the address of a running Dask scheduler, got {scheduler} ({error}); is it up, "
                "and has it a worker?"
            ) from error
        with client:
            yield client
        return
    with _quiet(logging.getLogger("distributed")):
        cluster = LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # a free port, although without pages: the usual one may be taken
            scheduler_kwargs={"dashboard": False},
            memory_limit=None,
            silence_logs=logging.ERROR,
        )
        with cluster, Client(cluster) as client:
            yield client


@contextmanager
def _quiet(noisy: logging.Logger) -> Iterator[None]:
    """Keep from the user when a cluster of ours opens and closes."""
    level = noisy.level
    noisy.setLevel(logging.ERROR)
    try:
        yield
    finally:
        noisy.setLevel(level)
