"""Positions that an animal takes while one gate is filled: breathing within the gate, and a shift in mid-scan."""

from __future__ import annotations

import numpy as np

from custom.simulation.animal import Motion
from custom.simulation.position import Position

BREATHS_SAMPLED = 4
"""Depths that stand for a breath; a step of some 3 mm is small beside the camera's resolution."""


def positions_in_gate(motion: Motion) -> list[tuple[float, Position]]:
    """Return the positions that blur a gate, each with its share of the gate's time; the shares add up to 1.

    Breathing sweeps evenly from end-expiration to the depth that reaches into the gate; the body lies shifted after a
    fraction of the scan. An animal that does neither has one position.
    """
    depth = motion.breathing_depth_in_gate
    depths = [0.0] if depth == 0 else (depth * (np.arange(BREATHS_SAMPLED) + 0.5) / BREATHS_SAMPLED).tolist()
    return [
        (share / len(depths), Position(breath=breath, shift_mm=shift))
        for share, shift in body_shifts(motion)
        for breath in depths
    ]


def body_shifts(motion: Motion) -> list[tuple[float, tuple[float, float, float]]]:
    """Return the body's shifts, right, anterior and head in mm, each with its share of the scan, in their order."""
    shift = (motion.shift_right_mm, motion.shift_anterior_mm, motion.shift_head_mm)
    if not any(shift):
        return [(1.0, (0.0, 0.0, 0.0))]
    return [(motion.shifted_at, (0.0, 0.0, 0.0)), (1 - motion.shifted_at, shift)]
