"""Positions that an animal takes while a gate is filled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom.simulation.motion import BREATHS_SAMPLED, body_shifts, positions_in_gate
from custom.simulation.position import AT_REST

SHIFT = {"shift_right_mm": 4.0, "shift_anterior_mm": -3.0, "shift_head_mm": 12.0}


@pytest.fixture
def still(animal):
    return animal.motion


def test_an_animal_that_keeps_still_is_at_rest(still):
    assert positions_in_gate(still) == [(1.0, AT_REST)]


def test_a_shift_in_mid_scan_divides_the_scan(still):
    moved = replace(still, **SHIFT, shifted_at=0.4)
    assert body_shifts(moved) == [(0.4, (0.0, 0.0, 0.0)), (0.6, (4.0, -3.0, 12.0))]
    assert [position.breath for _, position in positions_in_gate(moved)] == [0.0, 0.0]


def test_breathing_sweeps_evenly_to_its_depth(still):
    positions = positions_in_gate(replace(still, breathing_depth_in_gate=0.8))
    assert [share for share, _ in positions] == pytest.approx([1 / BREATHS_SAMPLED] * BREATHS_SAMPLED)
    assert [position.breath for _, position in positions] == pytest.approx([0.1, 0.3, 0.5, 0.7])


def test_both_together_are_every_breath_at_every_place(still):
    positions = positions_in_gate(replace(still, **SHIFT, shifted_at=0.25, breathing_depth_in_gate=1.0))
    assert len(positions) == 2 * BREATHS_SAMPLED
    assert sum(share for share, _ in positions) == pytest.approx(1)
    assert sum(share for share, position in positions if position.shift_mm[2] == 12.0) == pytest.approx(0.75)
