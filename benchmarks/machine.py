"""Where and when a benchmark runs, and how fast its memory is."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from custom.machine import processor
from custom.training.mixed_precision import bfloat16_is_fast

MIXED = bfloat16_is_fast("cpu")
"""Whether networks are trained in bfloat16 here."""

PRECISION = "bfloat16" if MIXED else "float32"


def machine(n_threads: int) -> str:
    """Describe the processor, what else it has to do, and the day."""
    threads = "one thread" if n_threads == 1 else f"{n_threads} threads"
    return f"{processor()}, {os.cpu_count()} cores, {threads}, load {load()}, {datetime.date.today()}"


def load() -> str:
    """Return the numbers of processes that wanted a core, on average of 1, 5 and 15 minutes."""
    return "/".join(f"{average:.1f}" for average in os.getloadavg())


def reading(n_bytes: int, n_threads: int) -> Callable[[], float]:
    """Return work that reads so many bytes from memory, once, each thread its share."""
    shares = np.array_split(np.ones(n_bytes // 4, np.float32), n_threads)

    def read() -> float:
        with ThreadPoolExecutor(n_threads) as pool:
            return sum(pool.map(_sum, shares))

    return read


@numba.njit(nogil=True, fastmath=True)
def _sum(numbers: np.ndarray) -> float:
    total = np.float32(0)
    for index in range(numbers.size):
        total += numbers[index]
    return float(total)
