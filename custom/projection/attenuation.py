"""Attenuation in the patient: μ from CT numbers, and transmission from every voxel to every pinhole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import torch
from torch import Tensor

from custom.errors import BadInput
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid

WATER_PER_MM = 0.01538
LUNG_SLOPE_PER_MM = 1.6577e-5
BONE_SLOPE_PER_MM = 1.0386e-5
HIGHEST_PER_MM = 0.1


def mu_per_mm_from_hu(hu: Tensor) -> Tensor:
    """Linear attenuation coefficient at 140.5 keV of CT numbers taken at 120 kVp.

        μ = 0.01538 + 1.6577e-5 · HU   below 0 HU,   0.01538 + 1.0386e-5 · HU   above,   never below 0

    Args:
        hu: CT numbers of any shape, HU.

    Returns:
        μ per mm, same shape.

    Source: Bai et al. 2003, doi:10.1109/TNS.2003.817281, water mixed with air or with cortical bone.
    """
    slope = torch.where(hu < 0, LUNG_SLOPE_PER_MM, BONE_SLOPE_PER_MM)
    return (WATER_PER_MM + slope * hu).clamp(min=0)


def transmission(mu_per_mm: Tensor | np.ndarray, mu_grid: ImageGrid, camera: Camera, grid: ImageGrid) -> Tensor:
    """Fraction of primary photons that reach each pinhole unscattered.

        t = exp(−∫ μ dl)   along the line from the voxel's centre to the middle of the pinhole

    μ is interpolated linearly between voxel centres and 0 outside its grid; the line is sampled once per voxel of its
    steepest axis.

    Args:
        mu_per_mm: μ, (x, y, z) on `mu_grid`, per mm.
        mu_grid: grid of the μ-map; it may differ from `grid`.
        camera: the camera.
        grid: voxels of the image.

    Returns:
        (pinhole, x, y, z), float32, in (0, 1].

    Raises:
        BadInput: a μ-map of another shape than its grid, negative, not finite, or too large for μ per mm.
    """
    mu = np.pad(_checked(np.asarray(mu_per_mm, dtype=np.float32), mu_grid), 1)  # air all around
    spacing = np.asarray(mu_grid.spacing_mm)
    first_centre = mu_grid.affine[:3, 3] - spacing
    axes = [(axis - first_centre[i]) / spacing[i] for i, axis in enumerate(grid.centres_mm())]
    result = np.empty((len(camera.pinholes), *grid.shape), np.float32)

    def fill(index: int) -> None:
        pinhole = (np.asarray(camera.pinholes[index].position_mm) - first_centre) / spacing
        _transmission_to(result[index], mu, pinhole, *axes, spacing)

    fill(0)  # compiles for all threads
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        list(pool.map(fill, range(1, len(camera.pinholes))))
    return torch.from_numpy(result)


def _checked(mu: np.ndarray, mu_grid: ImageGrid) -> np.ndarray:
    if mu.shape != mu_grid.shape:
        raise BadInput(f"the μ-map must have its grid's shape {mu_grid.shape}, got {mu.shape}; is it on another grid?")
    if not np.isfinite(mu).all():
        raise BadInput("the μ-map must be finite, got NaN or infinity; was it resampled beyond its border?")
    if mu.min() < 0 or mu.max() > HIGHEST_PER_MM:
        raise BadInput(
            f"the μ-map must lie between 0 and {HIGHEST_PER_MM} per mm (water is {WATER_PER_MM}), "
            f"got {mu.min():.4g} to {mu.max():.4g}; is it in HU, or per cm?"
        )
    return mu


@numba.njit(nogil=True)
def _transmission_to(
    result: np.ndarray,
    mu: np.ndarray,
    pinhole: np.ndarray,
    xs: np.ndarray,
    ys: np.ndarray,
    zs: np.ndarray,
    spacing: np.ndarray,
) -> None:
    """Fill (x, y, z) with the transmission to one pinhole; positions are in indices of μ's voxels."""
    for ix in range(xs.size):
        for iy in range(ys.size):
            for iz in range(zs.size):
                result[ix, iy, iz] = np.exp(-_integral(mu, xs[ix], ys[iy], zs[iz], pinhole, spacing))


@numba.njit(nogil=True)
def _integral(mu: np.ndarray, x: float, y: float, z: float, pinhole: np.ndarray, spacing: np.ndarray) -> float:
    """Integrate μ along the line from a point to the pinhole, by midpoints of steps of at most one voxel."""
    dx, dy, dz = pinhole[0] - x, pinhole[1] - y, pinhole[2] - z
    first, last = 0.0, 1.0
    for start, step, n in ((x, dx, mu.shape[0]), (y, dy, mu.shape[1]), (z, dz, mu.shape[2])):
        if step != 0:
            ends = -start / step, (n - 1 - start) / step
            first, last = max(first, min(ends)), min(last, max(ends))
        elif not 0 <= start <= n - 1:
            return 0.0
    if last <= first:
        return 0.0
    n_steps = int(np.ceil(max(abs(dx), abs(dy), abs(dz)) * (last - first)))
    total = 0.0
    for index in range(n_steps):
        t = first + (last - first) * (index + 0.5) / n_steps
        total += _interpolated(mu, x + t * dx, y + t * dy, z + t * dz)
    length = np.sqrt((dx * spacing[0]) ** 2 + (dy * spacing[1]) ** 2 + (dz * spacing[2]) ** 2)
    return total * length * (last - first) / n_steps


@numba.njit(nogil=True)
def _interpolated(mu: np.ndarray, x: float, y: float, z: float) -> float:
    """Interpolate linearly between voxel centres."""
    i, j, k = min(int(x), mu.shape[0] - 2), min(int(y), mu.shape[1] - 2), min(int(z), mu.shape[2] - 2)
    fx, fy, fz = x - i, y - j, z - k
    near = (1 - fy) * ((1 - fz) * mu[i, j, k] + fz * mu[i, j, k + 1])
    near += fy * ((1 - fz) * mu[i, j + 1, k] + fz * mu[i, j + 1, k + 1])
    far = (1 - fy) * ((1 - fz) * mu[i + 1, j, k] + fz * mu[i + 1, j, k + 1])
    far += fy * ((1 - fz) * mu[i + 1, j + 1, k] + fz * mu[i + 1, j + 1, k + 1])
    return (1 - fx) * near + fx * far
