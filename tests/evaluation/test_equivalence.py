"""Equivalence, against an example by hand, scipy's one-sided tests, and laws that hold for all values."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from custom.evaluation.equivalence import IMBV_MARGIN, Equivalence, assess_equivalence
from custom.evaluation.published import IMBV

PAIRS = st.lists(st.tuples(st.floats(-10, 10), st.floats(-10, 10)), min_size=2, max_size=10)


def test_equivalence_by_hand() -> None:
    found = assess_equivalence([2, 4, 6], [1, 2, 3], margin=3)  # differences 1, 2, 3; Student's t of 2 degrees
    assert (found.n, found.margin, found.mean_difference) == (3, 3, pytest.approx(2))
    assert found.p_above_lower == pytest.approx((1 - math.sqrt(75 / 77)) / 2)  # t = (2 + 3) √3
    assert found.p_below_upper == pytest.approx((1 - math.sqrt(3 / 5)) / 2)  # t = (2 − 3) √3
    assert found.p == found.p_below_upper
    assert found.interval_90 == pytest.approx((2 - 2.919986 / math.sqrt(3), 2 + 2.919986 / math.sqrt(3)))
    assert found.interval_95 == pytest.approx((2 - 4.302653 / math.sqrt(3), 2 + 4.302653 / math.sqrt(3)))
    assert found.verdict == "undecided"


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([-0.002, 0.002, -0.001, 0.001], "equivalent"),
        ([0.004, 0.005, 0.006, 0.005], "different, but by less than the margin"),
        ([0.030, 0.032, 0.034, 0.031], "different"),
        ([-0.040, 0.060, -0.020, 0.030], "undecided"),
        ([-0.030, -0.032, -0.034, -0.031], "different"),
    ],
)
def test_verdicts(differences: list[float], verdict: str) -> None:
    assert assess_equivalence(differences, [0.0] * len(differences), margin=IMBV_MARGIN).verdict == verdict


def test_the_margin_is_half_the_published_spread_between_dogs() -> None:
    assert {sd / 2 for _, sd in IMBV.values()} == {IMBV_MARGIN}


@settings(max_examples=30, deadline=None)
@given(pairs=PAIRS, margin=st.floats(0.01, 20))
def test_it_is_two_one_sided_tests_and_the_90_percent_interval_decides(
    pairs: list[tuple[float, float]], margin: float
) -> None:
    differences = [a - b for a, b in pairs]
    assume(max(differences) - min(differences) > 1e-6)
    found = assess_equivalence(*zip(*pairs, strict=True), margin=margin)
    assert found.p_above_lower == pytest.approx(stats.ttest_1samp(differences, -margin, alternative="greater").pvalue)
    assert found.p_below_upper == pytest.approx(stats.ttest_1samp(differences, margin, alternative="less").pvalue)
    assert found.p == max(found.p_above_lower, found.p_below_upper)
    low, high = found.interval_90
    assert (found.p < 0.05) == (-margin < low and high < margin)
    assert found.interval_95[0] < low < high < found.interval_95[1]
    assert found.verdict.startswith("different") == (found.interval_95[0] > 0 or found.interval_95[1] < 0)


@settings(max_examples=20, deadline=None)
@given(pairs=PAIRS, margin=st.floats(0.01, 20), wider=st.floats(1, 3))
def test_exchanged_methods_and_wider_margins(pairs: list[tuple[float, float]], margin: float, wider: float) -> None:
    differences = [a - b for a, b in pairs]
    assume(max(differences) - min(differences) > 1e-6)
    first, second = zip(*pairs, strict=True)
    there, back = assess_equivalence(first, second, margin=margin), assess_equivalence(second, first, margin=margin)
    assert back.p == pytest.approx(there.p)
    assert back.verdict == there.verdict
    assert assess_equivalence(first, second, margin=wider * margin).p <= there.p + 1e-12


@pytest.mark.parametrize(("values", "reference"), [([0.2], [0.1]), ([1.0, 2.0], [1.0, 2.0])])
def test_without_spread_nothing_is_decided(values: list[float], reference: list[float]) -> None:
    found = assess_equivalence(values, reference, margin=1)
    difference = pytest.approx(values[0] - reference[0])
    assert found == Equivalence(n=len(values), margin=1, mean_difference=difference, verdict="undecided")


@pytest.mark.parametrize("margin", [0, -0.015, math.inf, math.nan])
def test_a_margin_is_positive(margin: float) -> None:
    with pytest.raises(ValueError, match="positive number"):
        assess_equivalence([1, 2], [1, 3], margin=margin)
