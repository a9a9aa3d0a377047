"""The tiny camera's projector, assembled once, and a heart for it to look at."""

from __future__ import annotations

import pytest
import torch

from custom.projection.attenuation import transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import assemble
from custom.scanner.camera import Camera, load_camera


@pytest.fixture(scope="session")
def tiny_camera(repository) -> Camera:
    return load_camera(repository / "tests" / "tiny_camera.yaml")


@pytest.fixture(scope="session")
def tiny_projector(tiny_camera) -> MatrixProjector:
    """In float64, without attenuation."""
    matrix = assemble(tiny_camera, tiny_camera.grid, progress=False)
    return MatrixProjector(matrix, dtype=torch.float64)


@pytest.fixture(scope="session")
def water(tiny_camera) -> torch.Tensor:
    """Transmission through water that fills the grid."""
    grid = tiny_camera.grid
    return transmission(torch.full(grid.shape, 0.0154), grid, tiny_camera, grid)


@pytest.fixture(scope="session")
def attenuated_projector(tiny_projector, water) -> MatrixProjector:
    """The tiny projector behind water."""
    return tiny_projector.with_transmission(water)


@pytest.fixture(scope="session")
def tiny_regions(tiny_camera) -> torch.Tensor:
    """A thick-walled shell with blood inside, blood beside it, liver, lung and background around, air at one side."""
    x, y, z = (torch.from_numpy(axis - axis.mean()) for axis in tiny_camera.grid.centres_mm())
    x, y, z = torch.meshgrid(x, y, z, indexing="ij")
    radius = (x**2 + y**2 + z**2).sqrt()
    regions = torch.full(tiny_camera.grid.shape, 6, dtype=torch.uint8)
    regions[x > 40] = 0
    regions[y < -35] = 5
    regions[z < -30] = 4
    regions[(x > 15) & (x < 35) & (radius < 35)] = 3
    regions[radius < 24] = 1
    regions[radius < 13] = 2
    return regions
