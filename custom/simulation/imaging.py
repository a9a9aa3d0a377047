"""A virtual animal in the laboratory: both its gates measured, its CTs taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from custom.projection.attenuation import mu_per_mm_from_hu
from custom.simulation.acquisition import ANATOMY_REFINEMENT, Laboratory, acquire
from custom.simulation.activity import draw_pattern, gate_seconds
from custom.simulation.anatomy import Anatomy, build_anatomy, majority_regions
from custom.simulation.animal import Animal
from custom.simulation.ct import contrast_ct, low_dose_ct
from custom.simulation.drawing import draw_animal
from custom.simulation.gate import Gate
from custom.simulation.gating import end_gates
from custom.simulation.motion import positions_in_gate
from custom.simulation.position import AT_REST
from custom.simulation.ranges import Ranges
from custom.simulation.recipe import Recipe
from custom.simulation.registration import Registration
from custom.simulation.scene import Examination, Scene
from custom.simulation.ventricle import left_ventricle_at
from custom.simulation.virtual_scan import VirtualScan, scan_in_list_mode


@dataclass(frozen=True, kw_only=True)
class ImagedAnimal:
    """An animal whose gates the camera has measured, before reconstruction.

    Args:
        animal: its drawn numbers.
        gates: by their names.
        mu_per_mm: from the low-dose CT, shape (x, y, z); all gates share it.
        scan: in list mode, where that was asked for.
    """

    animal: Animal
    gates: dict[str, Gate]
    mu_per_mm: Tensor
    scan: VirtualScan | None


def random_streams(seed: int, animal: int) -> list[np.random.Generator]:
    """Return a generator for every use of random numbers, so that one more photon moves no rib.

    They serve, in this order, to draw the animal, deform it, vary its uptake, make its CTs, measure its counts, shift
    its CT, and record it in list mode.

    Args:
        seed: of the cohort.
        animal: its number in the cohort.
    """
    return [np.random.default_rng(stream) for stream in np.random.SeedSequence([seed, animal]).spawn(7)]


def image_animal(laboratory: Laboratory, ranges: Ranges, recipe: Recipe, *, seed: int, animal: int) -> ImagedAnimal:
    """Draw an animal and image it in both gates.

    Args:
        laboratory: camera and projectors.
        ranges: what may be drawn.
        recipe: gives the tracer, how the CT lies over the images, and whether the scan is kept in list mode.
        seed: of the cohort.
        animal: its number in the cohort.

    Raises:
        BadInput: ranges that give an impossible animal.
    """
    drawing, deforming, varying, scanning, measuring, registering, recording = random_streams(seed, animal)
    drawn = draw_animal(drawing, ranges, tracer=recipe.tracer)
    anatomy = build_anatomy(drawn, laboratory.anatomy_grid, deforming)
    examination = Examination(laboratory=laboratory, anatomy=anatomy, pattern=draw_pattern(drawn, varying))
    ends = end_gates(drawn)
    scenes = {name: examination.scene(volume) for name, (_, volume) in ends.items()}
    outlined = _tissues_on_ct(anatomy, scenes, recipe.registration, registering)
    gates = {
        name: _gate(examination, number, volume, scenes[name], outlined[name], scanning, measuring)
        for name, (number, volume) in ends.items()
    }
    ungated = low_dose_ct(drawn, [scene.tissues for scene in scenes.values()], laboratory.grid, scanning)
    return ImagedAnimal(
        animal=drawn,
        gates=gates,
        mu_per_mm=mu_per_mm_from_hu(torch.from_numpy(ungated)),
        scan=scan_in_list_mode(examination, recording, seed=seed) if recipe.list_mode else None,
    )


def _tissues_on_ct(
    anatomy: Anatomy, scenes: Mapping[str, Scene], registration: Registration, generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return for each gate the tissues where the CT that is laid over its image shows them."""
    position = registration.draw_position(generator)
    if position.shift_mm == AT_REST.shift_mm:
        return {name: scenes[registration.ct_gate(name)].tissues for name in scenes}
    volumes = {name: volume for name, (_, volume) in end_gates(anatomy.animal).items()}
    return {name: anatomy.at(volumes[registration.ct_gate(name)], position) for name in scenes}


def _gate(
    examination: Examination,
    number: int,
    volume_ml: float,
    scene: Scene,
    outlined: np.ndarray,
    scanning: np.random.Generator,
    measuring: np.random.Generator,
) -> Gate:
    animal, laboratory = examination.animal, examination.laboratory
    positions, seconds = positions_in_gate(animal.motion), gate_seconds(animal.scan)
    rates = examination.rates_of(scene) if positions == [(1.0, AT_REST)] else examination.rates(volume_ml, positions)
    return Gate(
        number=number,
        volume_ml=volume_ml,
        ventricle=left_ventricle_at(volume_ml, animal.body, animal.heart),
        true_imbv=scene.imbv,
        regions=majority_regions(scene.tissues, ANATOMY_REFINEMENT),
        outlined=majority_regions(outlined, ANATOMY_REFINEMENT),
        truth=scene.activity * np.float32(seconds),
        full_ct=contrast_ct(animal, outlined, laboratory.anatomy_grid, scanning),
        acquisition=acquire(rates, animal.scan, seconds, measuring),
    )
