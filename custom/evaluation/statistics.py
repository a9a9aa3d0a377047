"""Description and paired comparison of a measure over studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

Values = Sequence[float] | np.ndarray


@dataclass(frozen=True, kw_only=True)
class Description:
    """Mean ± standard deviation (of a sample, n − 1) and range of a measure."""

    n: int
    mean: float
    sd: float | None
    minimum: float
    maximum: float


@dataclass(frozen=True, kw_only=True)
class PairedComparison:
    """Differences of a measure between two methods on the same animals.

    The 95 % interval of the mean difference is Student's; limits of agreement are those of Bland and Altman. Values
    that one pair, or differences without any spread, cannot give are None.
    """

    n: int
    mean_difference: float
    sd_difference: float | None
    interval_95: tuple[float, float] | None
    limits_of_agreement: tuple[float, float] | None
    p_t_test: float | None
    p_wilcoxon: float | None


def describe(values: Values) -> Description:
    """Describe a measure over studies.

    Raises:
        ValueError: no value, or one that is not finite.
    """
    sample = _finite(values)
    sd = float(sample.std(ddof=1)) if sample.size > 1 else None
    return Description(
        n=sample.size, mean=float(sample.mean()), sd=sd, minimum=float(sample.min()), maximum=float(sample.max())
    )


def interval_of_mean(values: Values) -> tuple[float, float] | None:
    """Return Student's 95 % interval of a mean, mean ± t(0.975, n − 1) · sd / √n, or None without any spread.

    Args:
        values: independent of each other, so give one value per animal.

    Raises:
        ValueError: no value, or one that is not finite.
    """
    sample = _finite(values)
    if np.ptp(sample) == 0:
        return None
    low, high = stats.t.interval(0.95, sample.size - 1, loc=sample.mean(), scale=stats.sem(sample))
    return float(low), float(high)


def compare_paired(values: Values, reference: Values) -> PairedComparison:
    """Compare a measure between two methods, pair by pair.

        d = values − reference;  interval = mean(d) ± t(0.975, n − 1) · sd(d) / √n;  limits = mean(d) ± 1.96 · sd(d)

    Args:
        values: of one method; pairs must be independent of each other, so give one value per animal.
        reference: of the other method on the same animals, in the same order.

    Raises:
        ValueError: two lists of different length, empty, or with a value that is not finite.

    Source: Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8; Wilcoxon 1945, doi:10.2307/3001968.
    """
    difference = np.subtract(*finite_pairs(values, reference))
    mean, n = float(difference.mean()), difference.size
    sd = float(difference.std(ddof=1)) if n > 1 else None
    interval = interval_of_mean(difference)
    spread = interval is not None
    return PairedComparison(
        n=n,
        mean_difference=mean,
        sd_difference=sd,
        interval_95=interval,
        limits_of_agreement=None if sd is None else (mean - 1.96 * sd, mean + 1.96 * sd),
        p_t_test=float(stats.ttest_1samp(difference, 0).pvalue) if spread else None,
        p_wilcoxon=float(stats.wilcoxon(difference).pvalue) if spread else None,
    )


def limits_for_a_volume(by_animal: Sequence[Values]) -> tuple[float, float] | None:
    """Return Bland and Altman's limits of agreement for a single volume where animals have several.

        limits = mean of the animals' means ± 1.96 √(s²_within + max(0, (MS_between − MS_within) / m)),
        s²_within = MS_within,   m = (N² − Σ mᵢ²) / ((n − 1) N)

    MS are the mean squares of a one-way analysis of variance by animal; animal i of n has mᵢ of the N volumes. Where
    each has one, the spread is the standard deviation; s²_within is 0 then.

    Args:
        by_animal: differences between two methods, of each animal those of its volumes.

    Returns:
        None for a single animal.

    Raises:
        ValueError: an animal without a value, or a value that is not finite.

    Source: Bland and Altman 2007, doi:10.1080/10543400701329422 (the true value varies).
    """
    samples = [_finite(values) for values in by_animal]
    if len(samples) < 2:
        return None
    sizes, means = np.array([sample.size for sample in samples]), np.array([sample.mean() for sample in samples])
    total, n = sizes.sum(), sizes.size
    between = (sizes * (means - np.concatenate(samples).mean()) ** 2).sum() / (n - 1)
    squares = sum(((sample - sample.mean()) ** 2).sum() for sample in samples)
    within = squares / (total - n) if total > n else 0.0
    per_animal = (total**2 - (sizes**2).sum()) / ((n - 1) * total)
    spread = float(np.sqrt(within + max(0.0, (between - within) / per_animal)))
    mean = float(means.mean())
    return mean - 1.96 * spread, mean + 1.96 * spread


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Correct the probabilities of one family of tests for their number.

        p_holm(i) = max over j ≤ i of min(1, (m − j + 1) · p(j)),   p(1) ≤ … ≤ p(m)

    Where those below 0.05 count as findings, the chance of any false one in the family is at most 0.05.

    Args:
        p_values: of all tests of the family; None where a test could not be made, which does not count in m.

    Returns:
        The corrected probabilities, in the same order.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    ascending = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for n_before, (p, place) in enumerate(ascending):
        highest = max(highest, min(1.0, (len(ascending) - n_before) * p))
        corrected[place] = highest
    return corrected


def finite_pairs(values: Values, reference: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return two lists of paired values as arrays.

    Raises:
        ValueError: two lists of different length, empty, or with a value that is not finite.
    """
    if len(values) != len(reference):
        raise ValueError(f"paired values come in equal numbers, got {len(values)} and {len(reference)}")
    return _finite(values), _finite(reference)


def _finite(values: Values) -> np.ndarray:
    sample = np.asarray(values, float)
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError(f"statistics need finite values, got {sample.tolist()}")
    return sample
