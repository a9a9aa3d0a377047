"""Virtual animals, from what the camera measured to the images of both gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from custom.projection.attenuation import transmission
from custom.reconstruction.iterative_yang import iterative_yang
from custom.reconstruction.mlem import mlem
from custom.simulation.acquisition import ANATOMY_REFINEMENT, Laboratory
from custom.simulation.anatomy import block_mean
from custom.simulation.gate import derived_numbers, measured_numbers
from custom.simulation.gating import GATES
from custom.simulation.imaging import ImagedAnimal
from custom.simulation.recipe import Recipe
from custom.simulation.virtual_scan import VirtualScan


@dataclass(frozen=True, kw_only=True)
class Case:
    """A finished animal.

    Args:
        parameters: drawn numbers and what came of them, ready for JSON.
        volumes: for each gate, each kind's array: image, label, ct, full_ct, regions, outlined, truth, mu, counts,
            scatter.
        scan: in list mode, where that was asked for.
    """

    parameters: dict[str, Any]
    volumes: dict[str, dict[str, np.ndarray]]
    scan: VirtualScan | None = None


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
        torch.stack([gate.outlined for gate in gates]).to(device),
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
            "ct": block_mean(gate.full_ct, ANATOMY_REFINEMENT),
            "full_ct": gate.full_ct,
            "regions": gate.regions.numpy(),
            "outlined": gate.outlined.numpy(),
            "truth": gate.truth,
            "mu": imaged.mu_per_mm.numpy(),
            "counts": gate.acquisition.counts.numpy(),
            "scatter": gate.acquisition.scatter_estimate.numpy(),
        }
        measured[name] = measured_numbers(gate, image, label, kept)
    parameters = {"drawn": asdict(imaged.animal), "derived": derived_numbers(imaged.animal), "gates": measured}
    return Case(parameters=parameters, volumes=volumes, scan=imaged.scan)
