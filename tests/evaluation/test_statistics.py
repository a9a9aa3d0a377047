"""Statistics, against values worked out by hand and laws that hold for all values."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custom.evaluation.statistics import (
    Description,
    compare_paired,
    describe,
    holm,
    interval_of_mean,
    limits_for_a_volume,
)

VALUES = st.lists(st.floats(-100, 100), min_size=2, max_size=12)


def test_a_description_by_hand() -> None:
    assert describe([1, 2, 3, 6]) == Description(n=4, mean=3, sd=pytest.approx(math.sqrt(14 / 3)), minimum=1, maximum=6)


def test_one_value_has_no_spread() -> None:
    assert describe([0.2]) == Description(n=1, mean=0.2, sd=None, minimum=0.2, maximum=0.2)


def test_a_comparison_by_hand() -> None:
    comparison = compare_paired([2, 4, 6], [1, 2, 3])  # differences 1, 2, 3
    half_width = 4.302653 / math.sqrt(3)  # Student's t at 0.975 with 2 degrees of freedom
    assert comparison.n == 3
    assert comparison.mean_difference == pytest.approx(2)
    assert comparison.sd_difference == pytest.approx(1)
    assert comparison.interval_95 == pytest.approx((2 - half_width, 2 + half_width))
    assert comparison.limits_of_agreement == pytest.approx((0.04, 3.96))
    assert comparison.p_t_test == pytest.approx(1 - math.sqrt(6 / 7))  # t = 2√3; for 2 degrees 1 − t / √(2 + t²)
    assert comparison.p_wilcoxon == pytest.approx(0.25)  # all three of one sign: 2 / 2³


def test_the_interval_of_a_mean_by_hand() -> None:
    """Mean 2, SD 1, √3 values, t(0.975, 2) = 4.303."""
    assert interval_of_mean([1, 2, 3]) == pytest.approx((2 - 4.3027 / 3**0.5, 2 + 4.3027 / 3**0.5), abs=1e-4)
    assert interval_of_mean([1]) is None
    assert interval_of_mean([2, 2]) is None


def test_without_spread_there_is_no_test() -> None:
    comparison = compare_paired([1, 2, 3], [0, 1, 2])
    assert comparison.mean_difference == 1
    assert comparison.limits_of_agreement == (1, 1)
    assert comparison.interval_95 is comparison.p_t_test is comparison.p_wilcoxon is None


def test_one_pair_gives_a_difference_only() -> None:
    comparison = compare_paired([3], [1])
    assert (comparison.n, comparison.mean_difference, comparison.limits_of_agreement) == (1, 2, None)


@pytest.mark.parametrize(
    ("by_animal", "mean", "variance"),
    [
        ([[1, 3], [5, 7]], 4, 2 + (16 - 2) / 2),  # within animals 2, between means 16, two volumes each
        ([[1, 3], [5]], 3.5, 2 + (6 - 2) / (4 / 3)),
        ([[1], [2], [3]], 2, 1),
        ([[-1, 1], [-1, 1]], 0, 2),  # animals differ by less than their volumes
    ],
)
def test_limits_for_a_volume_by_hand(by_animal: list[list[float]], mean: float, variance: float) -> None:
    half_width = 1.96 * math.sqrt(variance)
    assert limits_for_a_volume(by_animal) == pytest.approx((mean - half_width, mean + half_width))


def test_one_animal_gives_no_limits() -> None:
    assert limits_for_a_volume([[1, 2, 3]]) is None


def test_holms_correction_by_hand() -> None:
    # in order 0.005 · 4, 0.01 · 3, 0.03 · 2, 0.04 · 1, none below the one before it
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.02, 0.5]) == pytest.approx([1, 0.06, 1])  # 0.5 · 2, and no probability is above 1


def test_a_test_that_could_not_be_made_is_not_corrected_for() -> None:
    assert holm([None, 0.01, 0.02]) == [None, pytest.approx(0.02), pytest.approx(0.02)]
    assert holm([None]) == [None]
    assert holm([]) == []


@settings(max_examples=50, deadline=None)
@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=10), seed=st.randoms(use_true_random=False))
def test_holms_correction_lies_between_none_and_bonferronis(p_values: list[float], seed: random.Random) -> None:
    corrected = holm(p_values)
    for before, after in zip(p_values, corrected, strict=True):
        assert before <= after <= min(1, len(p_values) * before)
    assert min(corrected) == min(1, len(p_values) * min(p_values))
    pairs = sorted(zip(p_values, corrected, strict=True))
    assert [after for _, after in pairs] == sorted(corrected), "the order of the tests stays"
    seed.shuffle(pairs)
    assert holm([before for before, _ in pairs]) == [after for _, after in pairs]


@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=7))
def test_exchanged_methods_change_the_sign_and_not_the_test(pairs: list[tuple[float, float]]) -> None:
    values, reference = zip(*pairs, strict=True)
    differences = [a - b for a, b in pairs]
    assume(max(differences) - min(differences) > 1e-6)
    there, back = compare_paired(values, reference), compare_paired(reference, values)
    assert back.mean_difference == pytest.approx(-there.mean_difference)
    assert back.interval_95 == pytest.approx(tuple(-limit for limit in reversed(there.interval_95)))
    assert back.p_t_test == pytest.approx(there.p_t_test)
    assert back.p_wilcoxon == pytest.approx(there.p_wilcoxon)
    assert (there.p_t_test < 0.05) == (there.interval_95[0] > 0 or there.interval_95[1] < 0)


@settings(max_examples=50, deadline=None)
@given(values=VALUES, shift=st.floats(-50, 50))
def test_a_description_moves_with_its_values(values: list[float], shift: float) -> None:
    here, there = describe(values), describe([value + shift for value in values])
    assert there.mean == pytest.approx(here.mean + shift, abs=1e-9)
    assert there.sd == pytest.approx(here.sd, abs=1e-9)
    assert here.minimum <= here.mean + 1e-9
    assert here.mean <= here.maximum + 1e-9


@pytest.mark.parametrize("values", [[], [float("nan")], [1.0, float("inf")]])
def test_what_has_no_value_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="need finite values"):
        describe(values)


def test_pairs_come_in_equal_numbers() -> None:
    with pytest.raises(ValueError, match="got 2 and 1"):
        compare_paired([1, 2], [1])
