"""Scattered photons in the energy window: a model fitted to Monte Carlo, and its estimate from a second window."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from custom.projection.attenuation import WATER_PER_MM
from custom.projection.projector import MatrixProjector
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.simulation.counting import poisson_counts

# Fitted to EGSnrc's photon transport from a water cylinder of 100 mm radius through a tungsten pinhole into CZT
# (energy resolution 5.4 %, window ±10 %), for sources under 100 and 50 mm of water, 148 and 98 mm from the pinhole.
# `python -m benchmarks.scatter` draws both beside the model.
STRENGTH, POWER = 0.3862, 1.0567
KERNEL_WEIGHTS = (0.0353, 0.1314, 0.2404, 0.5929)
KERNEL_WIDTHS = (0.0, 0.0446, 0.1404, 0.3355)
SPREADS = (0.1, 0.3, 0.5, 0.7, 0.9)  # values of q between which kernels are interpolated


def scatter_to_primary(attenuation: Tensor) -> Tensor:
    """Scattered photons in the window for each primary of a source behind μ·depth of tissue.

        s/p = 0.3862 · (−ln T)^1.0567

    Args:
        attenuation: −ln T, any shape, ≥ 0.
    """
    return STRENGTH * attenuation**POWER


def scatter_kernel(counts: np.ndarray, spread_mm: float, pixel_mm: float) -> np.ndarray:
    """Spread primaries over the detector as their scatter is seen: a sum of Gaussians that scale with the spread.

        K = Σ w_i · Gaussian(σ_i · L),   L = focal length · q,   q = depth of tissue / distance from the pinhole

    Args:
        counts: projections, shape (..., row, column); what leaves the detector is lost.
        spread_mm: L, on the detector.
        pixel_mm: pitch of the pixels.
    """
    spread = np.zeros_like(counts)
    for weight, width in zip(KERNEL_WEIGHTS, KERNEL_WIDTHS, strict=True):
        spread += weight * gaussian_filter(counts, width * spread_mm / pixel_mm, axes=(-2, -1), mode="constant")
    return spread


def expected_scatter(projector: MatrixProjector, transmission: Tensor, emission: Tensor) -> np.ndarray:
    """Scattered counts in the energy window.

        S = Σ_q K_q * A(T · s/p(T) · a_q · x)

    Each pinhole sees an emission with the weight of its scatter, split by a_q over kernels of several widths, because
    scatter spreads in proportion to the tissue crossed over the distance from the pinhole.

    Args:
        projector: geometric projector, without transmission; on the camera's grid, since scatter is smooth.
        transmission: T, (pinhole, x, y, z), in (0, 1].
        emission: x, (x, y, z), photons per voxel.

    Returns:
        Expected scattered counts, (pinhole, row, column), float64.
    """
    camera, grid = projector.matrix.camera, projector.matrix.grid
    attenuation = -torch.log(transmission)
    weight = transmission * scatter_to_primary(attenuation)
    spread = attenuation / WATER_PER_MM / _distances_mm(camera, grid)
    total = np.zeros(projector.counts_shape)
    for q, share in zip(SPREADS, _shares(spread), strict=True):
        primaries = (
            projector.with_transmission(weight * share).forward(emission.to(projector.device)).cpu().double().numpy()
        )
        for pinhole, image in zip(camera.pinholes, range(len(total)), strict=True):
            length = q * pinhole.focal_length_mm
            total[image] += scatter_kernel(primaries[image], length, camera.detector.pixel_mm)
    return total


def estimated_scatter(
    scatter: np.ndarray, generator: np.random.Generator, *, window_ratio: float, calibration: float, sigma: float = 1.0
) -> np.ndarray:
    """What a second, lower energy window lets one estimate of the scatter: noisy, smoothed, with a wrong scale.

        b = c · Gaussian(σ) * Poisson(r · S) / r

    With c = 1 its sum over a detector is S's but for noise; a pixel's noise is √(S / r) / (2 σ √π). The default σ is
    where noise and what smoothing takes from peaks are together least at the counts of one gate.

    Args:
        scatter: S, expected scattered counts, (..., row, column).
        generator: source of the noise.
        window_ratio: r, counts in the lower window per scattered count in the photopeak's.
        calibration: c, 1 if the ratio were known exactly.
        sigma: of the smoothing, pixels.
    """
    window = poisson_counts(window_ratio * scatter, generator) / window_ratio
    return calibration * gaussian_filter(window, sigma, axes=(-2, -1), mode="reflect")  # which keeps the sum


def _shares(spread: Tensor) -> list[Tensor]:
    """Return hat functions of q: the share of each kernel, which add up to 1."""
    shares = [torch.zeros_like(spread) for _ in SPREADS]
    clipped = spread.clamp(SPREADS[0], SPREADS[-1])
    for index, (low, high) in enumerate(pairwise(SPREADS)):
        last = index == len(SPREADS) - 2
        here = (clipped >= low) & ((clipped <= high) if last else (clipped < high))
        upper = torch.where(here, (clipped - low) / (high - low), 0)
        shares[index] += torch.where(here, 1 - upper, 0)
        shares[index + 1] += upper
    return shares


def _distances_mm(camera: Camera, grid: ImageGrid) -> Tensor:
    """Return the distance of every voxel from every pinhole, (pinhole, x, y, z)."""
    x, y, z = (torch.from_numpy(axis).float() for axis in grid.centres_mm())
    distances = [
        torch.sqrt((x[:, None, None] - px) ** 2 + (y[None, :, None] - py) ** 2 + (z[None, None, :] - pz) ** 2)
        for px, py, pz in (pinhole.position_mm for pinhole in camera.pinholes)
    ]
    return torch.stack(distances)
