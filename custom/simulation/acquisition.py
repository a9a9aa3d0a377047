"""What the camera measures of a virtual animal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from custom.projection.attenuation import mu_per_mm_from_hu, transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import load_or_assemble
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.simulation.animal import Scan
from custom.simulation.counting import poisson_counts
from custom.simulation.scatter import estimated_scatter, expected_scatter

EMISSION_REFINEMENT = 2  # emission voxels along an edge of the camera's
ANATOMY_REFINEMENT = 4  # anatomy voxels along an edge of the camera's


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """The camera with the two projectors that a virtual acquisition needs.

    Args:
        camera: the camera.
        emission: projector on a grid twice as fine as the camera's, which makes the data.
        reconstruction: projector on the camera's grid, which reconstructs them.
    """

    camera: Camera
    emission: MatrixProjector
    reconstruction: MatrixProjector

    @property
    def grid(self) -> ImageGrid:
        """The camera's grid, on which images are written."""
        return self.camera.grid

    @property
    def anatomy_grid(self) -> ImageGrid:
        """The grid on which the anatomy is painted."""
        return self.grid.refined(ANATOMY_REFINEMENT)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Expected counts per second, each (pinhole, row, column), float64.

    Args:
        primary: unscattered.
        scatter: scattered, in the energy window.
    """

    primary: np.ndarray
    scatter: np.ndarray


def mean_rates(parts: Iterable[tuple[float, Rates]]) -> Rates:
    """Return the mean of rates weighted by the share of time of each; the shares add up to 1."""
    weighted = list(parts)
    return Rates(
        primary=np.sum([share * rates.primary for share, rates in weighted], axis=0),
        scatter=np.sum([share * rates.scatter for share, rates in weighted], axis=0),
    )


@dataclass(frozen=True, kw_only=True)
class Acquisition:
    """One gate's data, each (pinhole, row, column).

    Args:
        counts: measured, whole numbers, float32.
        scatter_estimate: what an energy window tells of their scatter, float32.
        expected_primary: expected unscattered counts, float64.
        expected_scatter: expected scattered counts, float64.
    """

    counts: Tensor
    scatter_estimate: Tensor
    expected_primary: np.ndarray
    expected_scatter: np.ndarray


def open_laboratory(
    camera: Camera, *, cache_dir: str | Path | None = None, device: str = "cpu", progress: bool = True
) -> Laboratory:
    """Load or assemble the camera's matrices on both grids.

    A voxel of the emission grid is small beside the camera's resolution and taken at its centre. Emission stays on the
    CPU, where the fine matrix is read from the cache's file rather than copied.
    """
    at_centres = replace(camera, model=replace(camera.model, voxel_samples=1))
    fine_grid = camera.grid.refined(EMISSION_REFINEMENT)
    fine = load_or_assemble(at_centres, fine_grid, cache_dir=cache_dir, progress=progress)
    coarse = load_or_assemble(camera, camera.grid, cache_dir=cache_dir, progress=progress)
    return Laboratory(
        camera=camera, emission=MatrixProjector(fine), reconstruction=MatrixProjector(coarse, device=device)
    )


def expected_rates(laboratory: Laboratory, emission: np.ndarray, native_hu: np.ndarray) -> Rates:
    """Return what the camera sees on average of an animal that keeps still.

        primary = A_fine(T · x),   T from the animal's true attenuation

    Args:
        laboratory: camera and projectors.
        emission: x, photons per second and voxel of the emission grid.
        native_hu: true CT numbers without contrast or noise on the camera's grid, HU.
    """
    camera, grid = laboratory.camera, laboratory.grid
    mu = mu_per_mm_from_hu(torch.from_numpy(native_hu))
    through = transmission(mu, grid, camera, grid)
    emitting = laboratory.emission.with_transmission(refined_transmission(through))
    return Rates(
        primary=emitting.forward(torch.from_numpy(emission)).double().numpy(),
        scatter=expected_scatter(laboratory.reconstruction, through, _summed(emission)),
    )


def acquire(rates: Rates, scan: Scan, seconds: float, generator: np.random.Generator) -> Acquisition:
    """Measure for some time.

        counts = Poisson(t · (primary + scatter))

    Args:
        rates: mean over the time.
        scan: how well the scatter is estimated.
        seconds: t.
        generator: source of the noise.
    """
    primary, scatter = rates.primary * seconds, rates.scatter * seconds
    counts = poisson_counts(primary + scatter, generator)
    estimate = estimated_scatter(
        scatter, generator, window_ratio=scan.scatter_window_ratio, calibration=scan.scatter_calibration
    )
    return Acquisition(
        counts=torch.from_numpy(counts).float(),
        scatter_estimate=torch.from_numpy(estimate).float(),
        expected_primary=primary,
        expected_scatter=scatter,
    )


def refined_transmission(coarse: Tensor) -> Tensor:
    """Return the transmission from the voxels of the emission grid, interpolated where it is smooth: in ∫μ dl.

    Args:
        coarse: T, (pinhole, x, y, z) on the camera's grid, in (0, 1].
    """
    depth = interpolate(torch.log(coarse)[None], scale_factor=EMISSION_REFINEMENT, mode="trilinear")[0]
    return depth.exp_().clamp_(max=1)


def _summed(emission: np.ndarray) -> Tensor:
    """Return the photons of each block of fine voxels."""
    n = EMISSION_REFINEMENT
    x, y, z = (size // n for size in emission.shape)
    return torch.from_numpy(emission.reshape(x, n, y, n, z, n).sum(axis=(1, 3, 5), dtype=np.float32))
