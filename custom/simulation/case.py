"""Virtual animals, from their random numbers to the images of both gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from custom.projection.attenuation import mu_per_mm_from_hu, transmission
from custom.reconstruction.iterative_yang import iterative_yang
from custom.reconstruction.mlem import mlem
from custom.simulation.acquisition import ANATOMY_REFINEMENT, EMISSION_REFINEMENT, Laboratory, acquire
from custom.simulation.activity import (
    UptakePattern,
    draw_pattern,
    photons_per_voxel,
    relative_activity,
)
from custom.simulation.anatomy import Anatomy, block_mean, build_anatomy, majority_regions
from custom.simulation.animal import Animal
from custom.simulation.ct import contrast_ct, low_dose_ct, native_hu
from custom.simulation.drawing import draw_animal
from custom.simulation.gate import Gate, derived_numbers, measured_numbers, true_imbv
from custom.simulation.gating import GATES, end_gates
from custom.simulation.ranges import Ranges
from custom.simulation.tissues import values_of


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What, besides the camera and the ranges, decides how cases come out.

    Args:
        tracer: "red_blood_cells" or "perfusion".
        n_iterations: of MLEM, for the images and for the templates of iterative Yang.
        n_yang_iterations: of iterative Yang.
    """

    tracer: str = "red_blood_cells"
    n_iterations: int = 80
    n_yang_iterations: int = 10


@dataclass(frozen=True, kw_only=True)
class Case:
    """A finished animal.

    Args:
        parameters: drawn numbers and what came of them, ready for JSON.
        volumes: for each gate, each kind's array: image, label, ct, regions, truth, mu, counts, scatter.
    """

    parameters: dict[str, Any]
    volumes: dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class ImagedAnimal:
    """An animal whose gates the camera has measured, before reconstruction.

    Args:
        animal: its drawn numbers.
        gates: by their names.
        mu_per_mm: from the low-dose CT, shape (x, y, z); both gates share it.
    """

    animal: Animal
    gates: dict[str, Gate]
    mu_per_mm: Tensor


def image_animal(laboratory: Laboratory, ranges: Ranges, recipe: Recipe, seeds: np.random.SeedSequence) -> ImagedAnimal:
    """Draw an animal and image it in both gates.

    Args:
        laboratory: camera and projectors.
        ranges: what may be drawn.
        recipe: gives the tracer.
        seeds: the animal's own; every use of random numbers has a stream of its own.

    Raises:
        BadInput: ranges that give an impossible animal.
    """
    drawing, deforming, varying, scanning, measuring = (np.random.default_rng(s) for s in seeds.spawn(5))
    animal = draw_animal(drawing, ranges, tracer=recipe.tracer)
    anatomy = build_anatomy(animal, laboratory.anatomy_grid, deforming)
    pattern = draw_pattern(animal, varying)
    ends = end_gates(animal)
    tissues = {name: anatomy.at(volume) for name, (_, volume) in ends.items()}
    gates = {
        name: _gate(laboratory, anatomy, pattern, name, number, volume, tissues[name], scanning, measuring)
        for name, (number, volume) in ends.items()
    }
    ungated = low_dose_ct(animal, list(tissues.values()), laboratory.grid, scanning)
    return ImagedAnimal(animal=animal, gates=gates, mu_per_mm=mu_per_mm_from_hu(torch.from_numpy(ungated)))


def finish_cases(
    laboratory: Laboratory, imaged: Sequence[ImagedAnimal], recipe: Recipe, *, progress: bool = True
) -> list[Case]:
    """Reconstruct and correct all gates of some animals together.

    Args:
        laboratory: camera and projectors.
        imaged: the animals; what comes of one does not depend on the others.
        recipe: iterations.
        progress: show progress bars of reconstruction and correction.
    """
    images, labels = _reconstructed(laboratory, imaged, recipe, progress)
    found = zip(images.split(len(GATES)), labels.split(len(GATES)), strict=True)
    return [_case(laboratory, one, *pair) for one, pair in zip(imaged, found, strict=True)]


def _gate(
    laboratory: Laboratory,
    anatomy: Anatomy,
    pattern: UptakePattern,
    name: str,
    number: int,
    volume_ml: float,
    tissues: np.ndarray,
    scanning: np.random.Generator,
    measuring: np.random.Generator,
) -> Gate:
    animal = anatomy.animal
    uptake = animal.uptake.myocardium_end_diastole if name == GATES[0] else animal.uptake.myocardium_end_systole
    relative = relative_activity(anatomy, tissues, pattern, myocardium=uptake, volume_ml=volume_ml)
    fine = laboratory.emission.matrix.grid
    photons = photons_per_voxel(animal, fine, photons_per_decay=laboratory.camera.photons_per_decay)
    emission = block_mean(relative, ANATOMY_REFINEMENT // EMISSION_REFINEMENT) * np.float32(photons)
    true_hu = block_mean(values_of(tissues, native_hu(animal.ct)), ANATOMY_REFINEMENT)
    return Gate(
        number=number,
        volume_ml=volume_ml,
        true_imbv=true_imbv(tissues, relative),
        regions=majority_regions(tissues, ANATOMY_REFINEMENT),
        truth=block_mean(emission, EMISSION_REFINEMENT) * EMISSION_REFINEMENT**3,
        ct=contrast_ct(animal, tissues, laboratory.grid, scanning),
        acquisition=acquire(laboratory, animal.scan, emission, true_hu, measuring),
    )


def _reconstructed(
    laboratory: Laboratory, imaged: Sequence[ImagedAnimal], recipe: Recipe, progress: bool
) -> tuple[Tensor, Tensor]:
    """Return the MLEM images and their corrections, (gate, x, y, z), 0 outside the camera's reconstructed region."""
    camera, grid, device = laboratory.camera, laboratory.grid, laboratory.reconstruction.device
    transmissions = [transmission(one.mu_per_mm, grid, camera, grid) for one in imaged]
    gates = [gate for one in imaged for gate in one.gates.values()]
    # each gate with a μ-map of its own, though pairs are alike: then none comes out otherwise beside others
    projector = laboratory.reconstruction.with_transmission(
        torch.stack(transmissions).repeat_interleave(len(GATES), dim=0)
    )
    images = mlem(
        projector,
        torch.stack([gate.acquisition.counts for gate in gates]).to(device),
        background=torch.stack([gate.acquisition.scatter_estimate for gate in gates]).to(device),
        n_iterations=recipe.n_iterations,
        progress=progress,
    )
    labels = iterative_yang(
        projector,
        images,
        torch.stack([gate.regions for gate in gates]).to(device),
        n_iterations=recipe.n_yang_iterations,
        n_mlem_iterations=recipe.n_iterations,
        progress=progress,
    )
    kept = torch.from_numpy(camera.reconstructed_voxels())
    return torch.where(kept, images.cpu(), 0), torch.where(kept, labels.cpu(), 0)


def _case(laboratory: Laboratory, imaged: ImagedAnimal, images: Tensor, labels: Tensor) -> Case:
    """Gather one animal's volumes and numbers; images and labels (gate, x, y, z)."""
    kept = torch.from_numpy(laboratory.camera.reconstructed_voxels())
    volumes, measured = {}, {}
    for (name, gate), image, label in zip(imaged.gates.items(), images, labels, strict=True):
        volumes[name] = {
            "image": image.numpy(),
            "label": label.numpy(),
            "ct": gate.ct,
            "regions": gate.regions.numpy(),
            "truth": gate.truth,
            "mu": imaged.mu_per_mm.numpy(),
            "counts": gate.acquisition.counts.numpy(),
            "scatter": gate.acquisition.scatter_estimate.numpy(),
        }
        measured[name] = measured_numbers(gate, image, label, kept)
    parameters = {"drawn": asdict(imaged.animal), "derived": derived_numbers(imaged.animal), "gates": measured}
    return Case(parameters=parameters, volumes=volumes)
