"""How numbers are written."""

from __future__ import annotations

import pytest

from custom.evaluation.statistics import describe
from custom.evaluation.written_numbers import interval, mean_and_sd, probability, signed


def test_means_have_their_spread_where_there_is_one() -> None:
    assert mean_and_sd(describe([0.1, 0.2, 0.3]), 3) == "0.200 ± 0.100"
    assert mean_and_sd(describe([-0.1, -0.2, -0.3]), 1, factor=100) == "−20.0 ± 10.0"
    assert mean_and_sd(describe([0.1]), 2) == "0.10"


def test_differences_have_their_sign() -> None:
    assert [signed(value, 2) for value in (0.126, -0.126, 0)] == ["+0.13", "−0.13", "+0.00"]
    assert interval((-0.01, 0.02), 2) == "−0.01 to +0.02"
    assert interval(None, 2) == "—"


def test_what_is_rounded_to_0_has_no_minus() -> None:
    assert signed(-1e-9, 3) == "+0.000"
    assert mean_and_sd(describe([-1e-9]), 3) == "0.000"


@pytest.mark.parametrize(
    ("p", "written"),
    [
        (None, "—"),
        (1e-9, "< 0.001"),
        (0.001, "0.001"),
        (0.0123, "0.012"),
        (0.099, "0.099"),
        (0.946, "0.95"),
        (1.0, "1.00"),
    ],
)
def test_probabilities_are_no_longer_than_they_tell(p: float | None, written: str) -> None:
    assert probability(p) == written
