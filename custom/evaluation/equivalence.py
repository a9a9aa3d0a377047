"""Whether two methods give the same but for a margin: what a large p of a test for a difference cannot show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.stats.weightstats import DescrStatsW, ttost_paired

from custom.evaluation.statistics import Values, compare_paired, finite_pairs

IMBV_MARGIN = 0.015
"""Half of the published SD of IMBV between dogs (`published.IMBV`); fixed before the networks were compared."""

VERDICTS = {  # by whether the difference is shown to be within the margin, and shown not to be 0
    (True, False): "equivalent",
    (True, True): "different, but by less than the margin",
    (False, True): "different",
    (False, False): "undecided",
}


@dataclass(frozen=True, kw_only=True)
class Equivalence:
    """Two one-sided tests of the mean difference against a margin, and what they say at 5 %.

    The difference is within the margin where p, the larger of both, is below 0.05; then and only then the 90 % interval
    lies within the margin. It is different from 0 where the 95 % interval excludes 0. One pair, or differences without
    any spread, give no probabilities and no intervals, and decide nothing.
    """

    n: int
    margin: float
    mean_difference: float
    verdict: str
    p: float | None = None
    p_above_lower: float | None = None
    p_below_upper: float | None = None
    interval_90: tuple[float, float] | None = None
    interval_95: tuple[float, float] | None = None


def assess_equivalence(values: Values, reference: Values, *, margin: float) -> Equivalence:
    """Test whether the mean difference of two methods lies within a margin.

        t_lower = (mean(d) + margin) / (sd(d) / √n),   t_upper = (mean(d) − margin) / (sd(d) / √n),
        d = values − reference;   p = max(P(T > t_lower), P(T < t_upper)), n − 1 degrees of freedom

    Args:
        values: of one method; pairs must be independent of each other, so give one value per animal.
        reference: of the other method on the same animals, in the same order.
        margin: the largest difference that does not matter, in the unit of the values, > 0.

    Raises:
        ValueError: a margin that is not positive; two lists of different length, empty, or with a value not finite.

    Source: Schuirmann 1987, doi:10.1007/BF01068419.
    """
    if not 0 < margin < np.inf:
        raise ValueError(f"an equivalence margin is a positive number, got {margin}; a margin of 0 can never be shown")
    first, second = finite_pairs(values, reference)
    paired = compare_paired(first, second)
    if paired.interval_95 is None:
        return Equivalence(n=paired.n, margin=margin, mean_difference=paired.mean_difference, verdict="undecided")
    p, above, below = ttost_paired(first, second, -margin, margin)
    low, high = DescrStatsW(first - second).tconfint_mean(alpha=0.10)
    is_different = paired.interval_95[0] > 0 or paired.interval_95[1] < 0
    return Equivalence(
        n=paired.n,
        margin=margin,
        mean_difference=paired.mean_difference,
        verdict=VERDICTS[bool(p < 0.05), is_different],
        p=float(p),
        p_above_lower=float(above[1]),
        p_below_upper=float(below[1]),
        interval_90=(float(low), float(high)),
        interval_95=paired.interval_95,
    )
