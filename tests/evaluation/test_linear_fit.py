"""Linear fits, against an example by hand, statsmodels, and laws that hold for all values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS

from custom.evaluation.linear_fit import fit_line


def random_pairs(seed: int, n: int = 12) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    x = generator.normal(0.17, 0.03, n)
    return x, 0.02 + 0.9 * x + generator.normal(0, 0.02, n)


def test_a_line_by_hand() -> None:
    fit = fit_line([0, 1, 2], [1, 3, 2])  # y = 1.5 + x / 2 with residuals −½, 1, −½: variance 1.5 over 1
    assert fit.n == 3
    assert (fit.slope.value, fit.intercept.value) == pytest.approx((0.5, 1.5))
    t = 12.706205  # Student's t at 0.975 with 1 degree of freedom
    assert fit.slope.interval_95 == pytest.approx((0.5 - t * math.sqrt(0.75), 0.5 + t * math.sqrt(0.75)))
    assert fit.intercept.interval_95 == pytest.approx((1.5 - t * math.sqrt(1.25), 1.5 + t * math.sqrt(1.25)))
    assert (fit.pearson_r.value, fit.r_squared) == pytest.approx((0.5, 0.25))
    assert fit.pearson_r.interval_95 == (-1, 1), "three pairs say nothing of a correlation"
    assert fit.concordance == pytest.approx(2 / 7)  # (2 / 3) / (2 / 3 + 2 / 3 + 1)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_statsmodels_says_the_same(seed: int) -> None:
    x, y = random_pairs(seed)
    fit, peer = fit_line(x, y), OLS(y, np.column_stack([np.ones_like(x), x])).fit()
    assert (fit.intercept.value, fit.slope.value) == pytest.approx(tuple(peer.params))
    assert [fit.intercept.interval_95, fit.slope.interval_95] == [pytest.approx(tuple(row)) for row in peer.conf_int()]
    assert fit.r_squared == pytest.approx(peer.rsquared)


def test_the_interval_of_a_correlation_is_fishers() -> None:
    x, y = random_pairs(0)
    r = np.corrcoef(x, y)[0, 1]
    expected = [math.tanh(math.atanh(r) + sign * 1.959964 / math.sqrt(len(x) - 3)) for sign in (-1, 1)]
    assert fit_line(x, y).pearson_r.value == pytest.approx(r)
    assert fit_line(x, y).pearson_r.interval_95 == pytest.approx(tuple(expected))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), bias=st.floats(0.01, 1), scale=st.floats(1.1, 3))
def test_a_bias_is_seen_by_concordance_only(seed: int, bias: float, scale: float) -> None:
    x, _ = random_pairs(seed)
    assert fit_line(x, x).concordance == pytest.approx(1)
    for y in (x + bias, x.mean() + scale * (x - x.mean())):
        fit = fit_line(x, y)
        assert fit.pearson_r.value == pytest.approx(1)
        assert fit.concordance < 1 - 1e-6


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_concordance_is_at_most_the_correlation_and_knows_no_reference(seed: int) -> None:
    x, y = random_pairs(seed)
    there, back = fit_line(x, y), fit_line(y, x)
    assert abs(there.concordance) <= abs(there.pearson_r.value)
    assert back.concordance == pytest.approx(there.concordance)
    assert back.pearson_r.value == pytest.approx(there.pearson_r.value)


@pytest.mark.parametrize(("x", "y"), [([1, 2], [2, 3]), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [2, 2, 2])])
def test_too_few_or_equal_values_have_no_line(x: list[float], y: list[float]) -> None:
    assert fit_line(x, y) is None


def test_pairs_come_in_equal_numbers() -> None:
    with pytest.raises(ValueError, match="got 3 and 2"):
        fit_line([1, 2, 3], [1, 2])
