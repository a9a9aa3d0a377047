import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.simulation.rules import hold_between, hold_fraction, hold_positive


@given(st.floats(0, 1))
def test_fractions_pass(value) -> None:
    hold_fraction("scan", {"share": value})
    hold_between("scan", {"share": value}, 0.0, 1.0, hint="")


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf")])
def test_what_is_no_fraction_is_refused_by_name(value) -> None:
    with pytest.raises(BadInput, match=r"scan.share must be finite, at least 0 and at most 1, got .*; a fraction, not"):
        hold_fraction("scan", {"share": value})


@pytest.mark.parametrize("value", [0.0, -3.0, float("nan"), float("inf")])
def test_what_is_not_positive_is_refused_by_name(value) -> None:
    with pytest.raises(BadInput, match=r"body.weight_kg must be finite, above 0, got"):
        hold_positive("body", {"height_mm": 1.0, "weight_kg": value})
