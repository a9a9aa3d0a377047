"""The whole scan of a virtual animal in list mode: it breathes, and its heart beats through eight gates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from custom.scanner.list_mode import Events, ListMode
from custom.simulation.acquisition import ANATOMY_REFINEMENT
from custom.simulation.activity import gate_seconds
from custom.simulation.anatomy import majority_regions
from custom.simulation.animal import Scan
from custom.simulation.gating import gate_volumes_ml
from custom.simulation.list_mode import Rhythm, simulate_list_mode
from custom.simulation.motion import body_shifts
from custom.simulation.position import Position
from custom.simulation.scatter import estimated_scatter
from custom.simulation.scene import Examination
from custom.simulation.triggers import level_depths

BREATHING_LEVELS = 4
"""Depths of breath that are told apart: end-expiration and three that stand for a breath of some 10 mm."""

BREATH_VARIATION = 0.01
"""Standard deviation of a breath's length over its mean; assumed, of a ventilator."""


@dataclass(frozen=True, kw_only=True)
class GateTruth:
    """What is known of one of the eight gates besides the events, at end-expiration, on the camera's grid.

    Args:
        activity_per_second: emitted photons per voxel and second, float32.
        regions: majority label of each voxel.
        scatter_per_second: counts per second that an energy window, open as long as the gate is seen at end-expiration
            in the whole scan, tells of its scatter, (pinhole, row, column), float32.
    """

    activity_per_second: np.ndarray
    regions: Tensor
    scatter_per_second: np.ndarray


@dataclass(frozen=True, kw_only=True)
class VirtualScan:
    """A scan in list mode, and the truth of its eight gates."""

    list_mode: ListMode
    events: Events
    gates: tuple[GateTruth, ...]


def scan_in_list_mode(examination: Examination, generator: np.random.Generator, *, seed: int) -> VirtualScan:
    """Scan an animal from start to end.

    The camera's expected rates are those of every gate at every depth of breath, before and after a shift of the body.

    Args:
        examination: the animal in the laboratory.
        generator: source of heartbeats, breaths and counts.
        seed: of the cohort, to be told in the file.
    """
    scan, shifts = examination.animal.scan, body_shifts(examination.animal.motion)
    depths, volumes = level_depths(BREATHING_LEVELS).tolist(), gate_volumes_ml(examination.animal).tolist()
    camera = examination.laboratory.camera
    rates = np.zeros((len(shifts), len(volumes), len(depths), *camera.counts_shape))
    gates: dict[int, GateTruth] = {}
    for position, (_, shift) in enumerate(shifts):
        for level, depth in enumerate(depths):
            for number, volume in enumerate(volumes):
                scene = examination.scene(volume, Position(breath=depth, shift_mm=shift))
                expected = examination.rates_of(scene)
                rates[position, number, level] = expected.primary + expected.scatter
                if position == level == 0:
                    gates[number] = GateTruth(
                        activity_per_second=scene.activity,
                        regions=majority_regions(scene.tissues, ANATOMY_REFINEMENT),
                        scatter_per_second=_scatter_per_second(scan, expected.scatter, generator),
                    )
    list_mode, events = simulate_list_mode(
        rates,
        camera=camera,
        tracer=examination.animal.tracer,
        seconds=scan.scan_seconds,
        rhythm=rhythm_of(scan),
        generator=generator,
        moved_at_seconds=[share * scan.scan_seconds for share, _ in shifts[:-1]],
        seed=seed,
    )
    return VirtualScan(list_mode=list_mode, events=events, gates=tuple(gates[number] for number in sorted(gates)))


def rhythm_of(scan: Scan) -> Rhythm:
    """Return how the heart beats and how the animal breathes in a scan."""
    return Rhythm(
        beats_per_minute=scan.heart_rate_per_minute,
        beat_variation=scan.heart_rate_variation,
        breaths_per_minute=scan.breaths_per_minute,
        breath_variation=BREATH_VARIATION,
        end_expiration=scan.end_expiration,
    )


def _scatter_per_second(scan: Scan, expected_per_second: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return the estimate of a rate of scatter from the counts of a gate's whole time, whose noise it has."""
    seconds, ratio, calibration = gate_seconds(scan), scan.scatter_window_ratio, scan.scatter_calibration
    scatter = expected_per_second * seconds
    estimate = estimated_scatter(scatter, generator, window_ratio=ratio, calibration=calibration)
    return (estimate / seconds).astype(np.float32)
