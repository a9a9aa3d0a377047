"""Heartbeats and breaths of a scan: when they come, and how deep a breath is through its cycle."""

from __future__ import annotations

import numpy as np
from scipy.stats import truncnorm

from custom.errors import BadInput

INSPIRATION = 1 / 3  # of the breathing cycle: the ventilator's inspiration to expiration 1:2
TIME_CONSTANTS = 3.0  # of passive expiration, until the pause begins
LONGEST_DEVIATION = 3.0  # of a cycle from the mean, in standard deviations


def draw_triggers(generator: np.random.Generator, *, seconds: float, per_minute: float, variation: float) -> np.ndarray:
    """Draw when cycles begin: R waves of heartbeats, or beginnings of inspiration.

    Lengths of cycles are independent and normal, cut at three standard deviations; the scan begins anywhere in the
    first.

    Args:
        generator: source of random numbers.
        seconds: length of the scan, s.
        per_minute: mean number of cycles per minute.
        variation: standard deviation of a cycle's length over its mean, 0 to 0.2.

    Returns:
        Increasing times, s, the first at or before 0, the last at or after the scan's end.

    Raises:
        BadInput: a scan or a rate that is not positive, or another variation.
    """
    if not (0 < seconds < np.inf and 0 < per_minute < np.inf):
        raise BadInput(f"a scan's seconds and a rate per minute must be positive, got {seconds} and {per_minute}")
    if not 0 <= variation <= 0.2:
        raise BadInput(f"cycles vary by 0 to 0.2 of their length, got {variation}; is it in percent or milliseconds?")
    mean = 60 / per_minute
    n_cycles = 2 + int(np.ceil(seconds / (mean * (1 - LONGEST_DEVIATION * variation))))
    deviations = truncnorm.rvs(-LONGEST_DEVIATION, LONGEST_DEVIATION, size=n_cycles, random_state=generator)
    lengths = mean * (1 + variation * deviations)
    times = np.concatenate([[0.0], np.cumsum(lengths)]) - generator.random() * lengths[0]
    return times[: np.searchsorted(times, seconds) + 1]


def breath_depth(phase: np.ndarray, *, end_expiration: float) -> np.ndarray:
    """Return how deep a ventilated breath is at a phase of its cycle: 0 at end-expiration, 1 at end-inspiration.

        inspiration, the first third i:     d = p / i                                (constant flow)
        expiration, until the pause:        d = (e^(−3s) − e^(−3)) / (1 − e^(−3))    (passive), s from 0 to 1
        pause, the last e of the cycle:     d = 0

    Args:
        phase: p, fraction of the cycle, any shape, 0 where inspiration begins; counted modulo 1.
        end_expiration: e, share of the cycle during which the lung is at rest.

    Raises:
        BadInput: a pause that leaves no time for inspiration and expiration.
    """
    expiration = _expiration(end_expiration)
    phase = np.asarray(phase) % 1.0
    spent = ((phase - INSPIRATION) / expiration).clip(0, 1)
    last = np.exp(-TIME_CONSTANTS)
    falling = (np.exp(-TIME_CONSTANTS * spent) - last) / (1 - last)
    return np.where(phase < INSPIRATION, phase / INSPIRATION, falling)


def level_depths(n_levels: int) -> np.ndarray:
    """Return the depth that stands for each level of breathing: 0 at end-expiration, then middles of equal steps."""
    return np.append(0.0, (np.arange(n_levels - 1) + 0.5) / max(n_levels - 1, 1))


def level_cuts(n_levels: int, *, end_expiration: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where in the breathing cycle its levels begin, and the level of each part.

    Args:
        n_levels: K; level 0 is end-expiration, level k holds depths from (k − 1) / (K − 1) to k / (K − 1). With one
            level the animal does not breathe.
        end_expiration: see `breath_depth`.

    Raises:
        BadInput: as `breath_depth`.
    """
    expiration, n_steps = _expiration(end_expiration), n_levels - 1
    if n_steps == 0:
        return np.zeros(1), np.zeros(1, dtype=np.int64)
    rising = INSPIRATION * np.arange(n_steps) / n_steps
    depths, last = np.arange(n_steps - 1, -1, -1) / n_steps, np.exp(-TIME_CONSTANTS)
    falling = INSPIRATION - expiration * np.log(depths * (1 - last) + last) / TIME_CONSTANTS
    return np.append(rising, falling), np.append(np.arange(1, n_steps + 1), np.arange(n_steps - 1, -1, -1))


def _expiration(end_expiration: float) -> float:
    """Return the share of the cycle that is left for breathing out."""
    if not 0 < end_expiration < 1 - INSPIRATION:
        raise BadInput(f"end-expiration takes 0 to 0.66 of a breath, both excluded, got {end_expiration}; in percent?")
    return 1 - INSPIRATION - end_expiration
