"""Studies of a ventricle in a body of water, made for the clock: their counts are Poisson's, their shapes spheres."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from custom.projection.attenuation import WATER_PER_MM, transmission
from custom.projection.projector import MatrixProjector
from custom.reconstruction.iterative_yang import iterative_yang
from custom.reconstruction.mlem import mlem
from custom.reconstruction.regions import Region, template
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid

RADIUS_OF_REGION = {Region.BACKGROUND: 0.9, Region.MYOCARDIUM: 0.35, Region.LEFT_VENTRICULAR_BLOOD: 0.22}
ACTIVITY_OF_REGION = {Region.BACKGROUND: 0.1, Region.MYOCARDIUM: 1.0, Region.LEFT_VENTRICULAR_BLOOD: 0.15}
N_COUNTS = 1e6


class Studies(NamedTuple):
    """Some studies that are reconstructed together.

    Args:
        projector: with one transmission, or with one for each study.
        counts: (study, pinhole, row, column).
        regions: (x, y, z), the same for all.
    """

    projector: MatrixProjector
    counts: Tensor
    regions: Tensor

    def corrected(self, n_templates: int = 10, n_mlem_iterations: int = 80) -> Tensor:
        """Reconstruct and correct the images, as the configs' default is."""
        image = mlem(self.projector, self.counts, n_iterations=n_mlem_iterations)
        return iterative_yang(
            self.projector, image, self.regions, n_iterations=n_templates, n_mlem_iterations=n_mlem_iterations
        )


def virtual_studies(projector: MatrixProjector, n_studies: int) -> Studies:
    """Draw some studies of the same ventricle."""
    regions = _regions(projector.matrix.grid)
    means = torch.zeros(len(Region))
    means[list(ACTIVITY_OF_REGION)] = torch.tensor(list(ACTIVITY_OF_REGION.values()))
    activity = template(means, regions).expand(n_studies, *regions.shape).contiguous()
    expected = projector.forward(activity.to(projector.device)).cpu()
    expected *= N_COUNTS / expected.sum(dim=(-3, -2, -1), keepdim=True)
    counts = torch.poisson(expected, generator=torch.Generator().manual_seed(0))
    return Studies(projector, counts.to(projector.device), regions.to(projector.device))


def water_transmission(camera: Camera) -> Tensor:
    """Return the transmission through the camera's grid full of water, (pinhole, x, y, z)."""
    return transmission(torch.full(camera.grid.shape, WATER_PER_MM), camera.grid, camera, camera.grid)


def unlike(through: Tensor, n_studies: int) -> Tensor:
    """Return the transmission through bodies of unlike density, (study, pinhole, x, y, z), from that through one."""
    return torch.stack([through**density for density in torch.linspace(0.9, 1.1, n_studies).tolist()])


def _regions(grid: ImageGrid) -> Tensor:
    """Label spheres about the grid's centre, their radii as shares of its smallest half extent."""
    axes = [axis - centre for axis, centre in zip(grid.centres_mm(), grid.centre_mm, strict=True)]
    distance = np.sqrt(sum(np.square(axis) for axis in np.meshgrid(*axes, indexing="ij")))
    half_extent = min(n * spacing for n, spacing in zip(grid.shape, grid.spacing_mm, strict=True)) / 2
    labels = np.full(grid.shape, int(Region.OUTSIDE))
    for region, radius in RADIUS_OF_REGION.items():
        labels[distance < radius * half_extent] = region
    return torch.from_numpy(labels)
