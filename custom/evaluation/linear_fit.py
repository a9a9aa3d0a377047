"""The straight line between two methods, and how close their values lie to it and to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from custom.evaluation.statistics import Values, finite_pairs


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """An estimate with its 95 % interval."""

    value: float
    interval_95: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class LinearFit:
    """Least-squares line y = intercept + slope · x.

    R² and Pearson's r tell how close pairs lie to any line; Lin's concordance, how close to y = x.
    """

    n: int
    slope: Coefficient
    intercept: Coefficient
    r_squared: float
    pearson_r: Coefficient
    concordance: float


def fit_line(x: Values, y: Values) -> LinearFit | None:
    """Fit a line to pairs of values.

        slope, intercept: ± t(0.975, n − 2) · standard error;   r: tanh(artanh r ± 1.96 / √(n − 3));
        concordance = 2 s_xy / (s_x² + s_y² + (mean x − mean y)²), each s divided by n

    Args:
        x: of the reference, one value per subject.
        y: of the other method on the same subjects, in the same order.

    Returns:
        None where no line can be judged: fewer than three pairs, or values of one method that are all the same.

    Raises:
        ValueError: two lists of different length, empty, or with a value that is not finite.

    Source: Fisher 1921, Metron 1, 3-32 (interval of r); Lin 1989, doi:10.2307/2532051 (concordance).
    """
    first, second = finite_pairs(x, y)
    if first.size < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    line = stats.linregress(first, second)
    t = float(stats.t.isf(0.025, first.size - 2))
    r = stats.pearsonr(first, second)
    low, high = r.confidence_interval(0.95)
    return LinearFit(
        n=first.size,
        slope=_with_interval(line.slope, t * line.stderr),
        intercept=_with_interval(line.intercept, t * line.intercept_stderr),
        r_squared=float(r.statistic**2),
        pearson_r=Coefficient(value=float(r.statistic), interval_95=(float(low), float(high))),
        concordance=_concordance(first, second),
    )


def _with_interval(value: float, half_width: float) -> Coefficient:
    return Coefficient(value=float(value), interval_95=(float(value - half_width), float(value + half_width)))


def _concordance(x: np.ndarray, y: np.ndarray) -> float:
    covariance = np.mean((x - x.mean()) * (y - y.mean()))
    return float(2 * covariance / (x.var() + y.var() + (x.mean() - y.mean()) ** 2))
