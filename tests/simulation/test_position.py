"""Positions of an animal during its scan."""

from __future__ import annotations

import numpy as np
import pytest

from custom.errors import BadInput
from custom.simulation.position import AT_REST, Position


def test_at_rest_an_animal_has_breathed_out_and_was_not_moved():
    assert AT_REST.breath == 0
    assert AT_REST.shift_mm == (0, 0, 0)


@pytest.mark.parametrize("breath", [-0.01, 1.01, 50.0, np.nan])
def test_a_breath_outside_0_to_1_is_refused(breath):
    with pytest.raises(BadInput, match="between 0 and 1"):
        Position(breath=breath)


@pytest.mark.parametrize("shift", [(0.0, np.nan, 0.0), (np.inf, 0.0, 0.0), (1.0, 2.0)])
def test_a_shift_that_is_not_three_finite_lengths_is_refused(shift):
    with pytest.raises((BadInput, TypeError)):
        Position(shift_mm=shift)
