"""Analysis of variance and Tukey's comparison, against an example by hand, scipy, and laws that hold for all values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from custom.evaluation.repeated_measures import analyse_variance, compare_all_pairs
from custom.evaluation.statistics import compare_paired

# Means of subjects 3, 4, 5, of methods 2, 3, 7; residuals 0 but ±1 of the last two methods on the first two subjects
BY_HAND = np.array([[1, 3, 5], [2, 2, 8], [3, 4, 8]], float)
SEEDS = st.integers(0, 10_000)


def random_table(seed: int, n: int, k: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    spreads = generator.uniform(0.2, 3, k)
    return generator.normal(0, 2, (n, 1)) + generator.normal(0, 1, (n, k)) * spreads + generator.normal(0, 1, k)


def test_an_analysis_by_hand() -> None:
    analysis = analyse_variance(BY_HAND)
    assert (analysis.df_methods, analysis.df_error) == (2, 4)
    assert analysis.mean_square_error == pytest.approx(1)  # four residuals of ±1 over 4
    assert analysis.f == pytest.approx(21)  # 3 · (2² + 1² + 3²) / 2
    assert analysis.p == pytest.approx((1 + 2 * 21 / 4) ** -2)  # F of 2 and 4 degrees of freedom
    assert analysis.epsilon == pytest.approx(0.5)  # all residuals along one contrast: 1 / (k − 1)
    assert analysis.p_greenhouse_geisser == pytest.approx(1 - math.sqrt(21 / 23))  # t² of 2 degrees of freedom


def test_all_pairs_by_hand() -> None:
    pairs = compare_all_pairs(BY_HAND, ["MLEM", "U-net", "iY"], analyse_variance(BY_HAND))
    assert [(pair.first, pair.second) for pair in pairs] == [("MLEM", "U-net"), ("MLEM", "iY"), ("U-net", "iY")]
    assert [pair.mean_difference for pair in pairs] == pytest.approx([-1, -5, -4])
    assert [pair.q for pair in pairs] == pytest.approx([math.sqrt(3), 5 * math.sqrt(3), 4 * math.sqrt(3)])
    half_width = 5.040 / math.sqrt(3)  # the studentized range's table for 3 means and 4 degrees of freedom, 5 %
    assert pairs[2].interval_95 == pytest.approx((-4 - half_width, -4 + half_width), abs=1e-3)
    assert pairs[1].p_tukey < 0.01 < pairs[2].p_tukey < 0.05 < pairs[0].p_tukey  # the table: 5.040 at 5 %, 8.120 at 1 %
    t_tests = [stats.ttest_rel(*BY_HAND[:, list(pair)].T).pvalue for pair in ((0, 1), (0, 2), (1, 2))]
    assert pairs[1].p_holm == pytest.approx(3 * t_tests[1])
    assert pairs[2].p_holm == pytest.approx(2 * t_tests[2])
    assert pairs[0].p_holm == pytest.approx(t_tests[0])


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 12))
def test_two_methods_are_the_paired_t_test(seed: int, n: int) -> None:
    values = random_table(seed, n, 2)
    analysis = analyse_variance(values)
    t_test = stats.ttest_rel(*values.T)
    (pair,) = compare_all_pairs(values, ["a", "b"], analysis)
    assert analysis.epsilon == pytest.approx(1)
    assert analysis.f == pytest.approx(t_test.statistic**2)
    for p in (analysis.p, analysis.p_greenhouse_geisser, pair.p_tukey, pair.p_holm):
        assert p == pytest.approx(t_test.pvalue, abs=1e-8)
    assert pair.interval_95 == pytest.approx(compare_paired(*values.T).interval_95, rel=1e-6, abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 12), k=st.integers(2, 6))
def test_sums_of_squares_and_orthonormal_contrasts_say_the_same(seed: int, n: int, k: int) -> None:
    values = random_table(seed, n, k)
    analysis = analyse_variance(values)
    assert analysis.f * analysis.mean_square_error == pytest.approx(n * values.mean(axis=0).var(ddof=1))
    contrasts = np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, 1:]]))[0][:, 1:]
    variances = np.linalg.eigvalsh(np.atleast_2d(np.cov(values @ contrasts, rowvar=False)))
    assert analysis.mean_square_error == pytest.approx(variances.mean())
    assert analysis.epsilon == pytest.approx(variances.sum() ** 2 / ((k - 1) * (variances**2).sum()))
    assert 1 / (k - 1) - 1e-9 <= analysis.epsilon <= 1 + 1e-9


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, factor=st.floats(0.01, 100))
def test_neither_unit_nor_subjects_level_nor_order_matters(seed: int, factor: float) -> None:
    values = random_table(seed, 6, 4)
    generator = np.random.default_rng(seed + 1)
    moved = factor * (values + generator.normal(0, 10, (6, 1)))[generator.permutation(6)]
    here, there = analyse_variance(values), analyse_variance(moved)
    assert (there.f, there.p, there.epsilon) == pytest.approx((here.f, here.p, here.epsilon), rel=1e-6)
    assert there.mean_square_error == pytest.approx(factor**2 * here.mean_square_error)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_a_difference_is_found_where_its_interval_excludes_zero(seed: int) -> None:
    values = random_table(seed, 8, 4)
    for pair in compare_all_pairs(values, list("abcd"), analyse_variance(values)):
        low, high = pair.interval_95
        assert (pair.p_tukey < 0.05) == (low > 0 or high < 0)


def test_a_pair_without_spread_has_no_t_test() -> None:
    values = np.array([[0, 1, 5], [2, 3, 1], [4, 5, 4]], float)
    pairs = compare_all_pairs(values, list("abc"), analyse_variance(values))
    assert pairs[0].p_holm is None
    assert pairs[0].p_tukey > 0.05, "its error term is that of all methods"


@pytest.mark.parametrize(
    "values", [[[1, 2, 3]], [[1], [2]], [[0, 1, 5], [2, 3, 7]], [[0.1, 0.2], [0.3, 0.4], [0.7, 0.8]]]
)
def test_without_an_error_term_there_is_no_analysis(values: list[list[float]]) -> None:
    assert analyse_variance(np.array(values, float)) is None


@pytest.mark.parametrize("values", [[[1, 2], [3, math.nan]], [1, 2, 3], [[], []]])
def test_what_is_no_table_of_values_is_refused(values: list) -> None:
    with pytest.raises(ValueError, match="table of finite values"):
        analyse_variance(np.array(values, float))
