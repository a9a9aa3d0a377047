"""Counting noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, poisson

from custom.simulation.counting import poisson_counts


def test_a_count_is_the_smallest_that_its_uniform_number_allows() -> None:
    """Worked out by adding up e^−λ λ^k / k! for λ = 2: 0.1353, 0.4060, 0.6767, 0.8571."""
    counts = poisson_counts(np.full(1000, 2.0), np.random.default_rng(0))
    uniform = np.random.default_rng(0).random(1000)
    steps = [0.135335, 0.406006, 0.676676, 0.857123]
    few = uniform < steps[-1]
    assert counts[few].tolist() == np.searchsorted(steps, uniform[few]).tolist()
    assert (counts[~few] > 3).all()


@pytest.mark.parametrize("expected", [0.01, 0.7, 12.0, 900.0])
def test_counts_are_poisson(expected: float) -> None:
    counts = poisson_counts(np.full(20_000, expected), np.random.default_rng(3))
    spread = np.random.default_rng(4).random(counts.size)  # between the steps of the distribution
    below, at_most = poisson.cdf(counts - 1, expected), poisson.cdf(counts, expected)
    assert kstest(below + spread * (at_most - below), "uniform").pvalue > 1e-3


def test_nothing_expected_is_nothing_counted() -> None:
    assert not poisson_counts(np.zeros(1000), np.random.default_rng(0)).any()


def test_what_is_expected_a_little_otherwise_changes_no_other_count() -> None:
    """As where another processor rounds otherwise."""
    expected = np.random.default_rng(1).uniform(0, 5, 20_000)
    nearly = expected * (1 + 1e-4 * np.random.default_rng(2).normal(size=expected.size))
    pair = [poisson_counts(one, np.random.default_rng(5)) for one in (expected, nearly)]
    assert (pair[0] != pair[1]).mean() < 1e-3
    assert np.abs(pair[0] - pair[1]).max() <= 1
