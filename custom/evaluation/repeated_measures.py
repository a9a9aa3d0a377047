"""Analysis of variance of methods on the same subjects, and all pairs compared with its error term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from pandas import DataFrame
from scipy import stats
from statsmodels.stats.anova import AnovaRM

from custom.evaluation.statistics import compare_paired, holm


@dataclass(frozen=True, kw_only=True)
class VarianceAnalysis:
    """One-way analysis of variance with repeated measures.

    `p` takes for granted that the differences between any two methods spread alike (sphericity); epsilon, between
    1 / (k − 1) and 1, tells how far the sample is from that, and `p_greenhouse_geisser` takes it into account.
    """

    f: float
    df_methods: int
    df_error: int
    mean_square_error: float
    p: float
    epsilon: float
    p_greenhouse_geisser: float


@dataclass(frozen=True, kw_only=True)
class PairOfMethods:
    """Difference of two methods, first − second, with Tukey's simultaneous 95 % interval and probability.

    `p_holm` needs no sphericity: the paired t-test with the pair's own spread, corrected for all pairs; None where
    differences without any spread cannot give one.
    """

    first: str
    second: str
    mean_difference: float
    interval_95: tuple[float, float]
    q: float
    p_tukey: float
    p_holm: float | None


def analyse_variance(values: np.ndarray) -> VarianceAnalysis | None:
    """Test whether k methods have the same mean on n subjects, each of which has a value of every method.

        F = n · Σ (mean of method − mean)² / (k − 1) / MS,   MS = Σ (x − mean of subject − mean of method + mean)² / df,
        df = (k − 1)(n − 1);   ε = (tr S)² / ((k − 1) tr S²), S = covariance of methods, both means taken away

    The corrected probability is that of F with (k − 1) ε and df · ε degrees of freedom.

    Args:
        values: shape (subject, method).

    Returns:
        None where nothing can be tested: one subject, one method, or the same difference on all subjects.

    Raises:
        ValueError: not a table of finite values.

    Source: Girden 1992, ANOVA: repeated measures, doi:10.4135/9781412983419; Greenhouse and Geisser 1959,
    doi:10.1007/BF02289823.
    """
    if values.ndim != 2 or values.size == 0 or not np.isfinite(values).all():
        raise ValueError(f"analysis of variance needs a table of finite values by subject and method, got {values}")
    residual = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    if np.abs(residual).max() <= 1e-12 * np.abs(values).max():  # nothing but rounding
        return None
    n, k = values.shape
    covariance = residual.T @ residual / (n - 1)
    epsilon = float(np.trace(covariance) ** 2 / ((k - 1) * (covariance**2).sum()))
    f, p = _f_test(values)
    df_methods, df_error = k - 1, (k - 1) * (n - 1)
    return VarianceAnalysis(
        f=f,
        df_methods=df_methods,
        df_error=df_error,
        mean_square_error=float(np.trace(covariance)) / df_methods,
        p=p,
        epsilon=epsilon,
        p_greenhouse_geisser=float(stats.f.sf(f, df_methods * epsilon, df_error * epsilon)),
    )


def compare_all_pairs(values: np.ndarray, methods: Sequence[str], analysis: VarianceAnalysis) -> list[PairOfMethods]:
    """Compare every pair of methods by Tukey's test with the error term of the analysis of variance.

        q = |mean difference| / √(MS / n);   interval = mean difference ± q(0.95; k, df) · √(MS / n)

    Args:
        values: shape (subject, method).
        methods: names, one per column.
        analysis: of the same values.

    Source: Tukey 1949, doi:10.2307/3001913; for repeated measures Maxwell 1980, doi:10.3102/10769986005003269.
    """
    n, k = values.shape
    standard_error = np.sqrt(analysis.mean_square_error / n)
    half_width = float(stats.studentized_range.isf(0.05, k, analysis.df_error) * standard_error)
    pairs = list(combinations(range(k), 2))
    own = [compare_paired(values[:, first], values[:, second]) for first, second in pairs]
    q = np.array([abs(difference.mean_difference) for difference in own]) / standard_error
    p_tukey = stats.studentized_range.sf(q, k, analysis.df_error)
    p_holm = holm([difference.p_t_test for difference in own])
    return [
        PairOfMethods(
            first=methods[first],
            second=methods[second],
            mean_difference=own[pair].mean_difference,
            interval_95=(own[pair].mean_difference - half_width, own[pair].mean_difference + half_width),
            q=float(q[pair]),
            p_tukey=float(p_tukey[pair]),
            p_holm=p_holm[pair],
        )
        for pair, (first, second) in enumerate(pairs)
    ]


def _f_test(values: np.ndarray) -> tuple[float, float]:
    """Return F and its probability."""
    subjects, methods = np.indices(values.shape)
    columns = {"value": values.ravel(), "subject": subjects.ravel(), "method": methods.ravel()}
    table = AnovaRM(DataFrame(columns), depvar="value", subject="subject", within=["method"]).fit().anova_table
    return float(table["F Value"].iloc[0]), float(table["Pr > F"].iloc[0])
