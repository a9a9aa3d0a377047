"""Counting noise of which each count is drawn on its own."""

from __future__ import annotations

import numpy as np
from scipy.stats import poisson


def poisson_counts(expected: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw Poisson counts, each from a uniform number of its own.

        n = min {k : P(N ≤ k) ≥ u},   N ~ Poisson(λ), u ~ U(0, 1)

    NumPy's `poisson` draws a number of uniform ones that depends on λ: where a processor rounds one λ otherwise, all
    counts after it may be others. Here it can change that one count alone.

    Args:
        expected: λ ≥ 0, of any shape.
        generator: source of the noise.

    Returns:
        Whole numbers, float64.
    """
    return poisson.ppf(generator.random(expected.shape), expected)
