"""Events of a scan whose expected count rates change with the state that heart, breath and body are in."""

from __future__ import annotations

from math import prod

import numpy as np

from custom.scanner.list_mode import TICKS_PER_SECOND, Events
from custom.scanner.timeline import Timeline


def draw_events(rates: np.ndarray, timeline: Timeline, generator: np.random.Generator) -> Events:
    """Draw a Poisson process whose rates change with the state of the scan.

        n of a pixel in a state ~ Poisson(rate · dwell of the state),   times uniform over the state's intervals

    Args:
        rates: expected counts per second in each state, (..., pinhole, row, column); the leading axes, in C order,
            number the states.
        timeline: when the scan is in which state.
        generator: source of random numbers.

    Returns:
        Events in the order of their times, those of one tick in the order of pixels.
    """
    pixels_of_module = prod(rates.shape[-2:])
    by_state = rates.reshape(-1, prod(rates.shape[-3:]))
    dwell = timeline.dwell_ticks(len(by_state))
    numbers = generator.poisson(by_state * (dwell / TICKS_PER_SECOND)[:, None])
    keys = np.empty(numbers.sum(), dtype=np.uint64)  # the tick in the upper half, the pixel in the lower
    ends = np.cumsum(numbers.sum(axis=1))
    for state, end in enumerate(ends):
        pixels = np.repeat(np.arange(numbers.shape[1], dtype=np.uint64), numbers[state])
        times = _uniform_ticks(timeline, state, len(pixels), generator)
        keys[end - len(pixels) : end] = (times << np.uint64(32)) | pixels
    keys.sort()
    ticks, places = np.empty(len(keys), dtype=np.uint32), np.empty(len(keys), dtype=np.uint32)
    np.right_shift(keys, np.uint64(32), out=ticks, casting="unsafe")  # without a copy of the keys in between
    np.bitwise_and(keys, np.uint64(0xFFFFFFFF), out=places, casting="unsafe")
    return Events(
        ticks=ticks,
        modules=(places // pixels_of_module).astype(np.uint8),
        pixels=(places % pixels_of_module).astype(np.uint16),
    )


def _uniform_ticks(timeline: Timeline, state: int, n: int, generator: np.random.Generator) -> np.ndarray:
    """Draw ticks uniformly from all intervals of a state."""
    here = timeline.states == state
    starts, lengths = timeline.edges_ticks[:-1][here], np.diff(timeline.edges_ticks)[here]
    if not n:
        return np.zeros(0, dtype=np.uint64)
    before = np.cumsum(lengths) - lengths  # time in the state before each of its intervals
    spent = generator.integers(lengths.sum(), size=n)
    interval = np.searchsorted(before, spent, side="right") - 1
    return (starts[interval] + spent - before[interval]).astype(np.uint64)
