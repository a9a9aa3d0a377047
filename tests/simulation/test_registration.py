"""Errors with which the CT lies over the image."""

from __future__ import annotations

import numpy as np
import pytest

from custom.errors import BadInput
from custom.simulation.position import AT_REST
from custom.simulation.registration import EXACT, Registration


def test_without_error_the_ct_shows_the_image_s_gate_at_rest():
    assert [EXACT.ct_gate(gate) for gate in ("ed", "es")] == ["ed", "es"]
    assert EXACT.draw_position(np.random.default_rng(0)) == AT_REST


def test_the_other_gate_is_the_other_one():
    assert [Registration(gate="other").ct_gate(gate) for gate in ("ed", "es")] == ["es", "ed"]


@pytest.mark.parametrize("length", [0.5, 4.0, 12.0])
def test_a_shift_has_its_length_in_a_direction_of_each_animal(length):
    shifts = [Registration(shift_mm=length).draw_position(np.random.default_rng(n)).shift_mm for n in range(400)]
    np.testing.assert_allclose(np.linalg.norm(shifts, axis=1), length, rtol=1e-12)
    assert np.linalg.norm(np.mean(shifts, axis=0)) < 0.15 * length  # all directions alike
    np.testing.assert_allclose(np.cov(np.transpose(shifts)), np.eye(3) * length**2 / 3, atol=0.08 * length**2)


@pytest.mark.parametrize("shift_mm", [-1.0, 50.1, 150.0, np.nan, np.inf])
def test_a_length_that_cannot_be_is_refused(shift_mm):
    with pytest.raises(BadInput, match=r"ct_shift_mm must be a length from 0 to 50, got .* nothing is corrected"):
        Registration(shift_mm=shift_mm)


def test_another_gate_than_the_two_is_refused():
    with pytest.raises(BadInput, match="ct_gate must be one of same, other, got 'mid'"):
        Registration(gate="mid")
