"""The image that one pinhole throws of a point: a disc with a penetrated edge, blurred, shared out over pixels.

The aperture passes all of a ray that crosses its plane within d/2 of the middle, and exp(−s/k) of one that crosses it s
farther out, through the knife edge. At the detector that profile is magnified by M = 1 + f/h. A table holds, for each
magnification, with and without the edge's skirt, the share of the spot that falls into a pixel at a given distance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

SAMPLES_PER_PIXEL = 20
_SKIRT_NODES, _SKIRT_WEIGHTS = np.polynomial.laguerre.laggauss(5)
_NEGLIGIBLE = 1e-5
_BLUR_REACH = 5.0  # standard deviations


class SpotTable(NamedTuple):
    """Share of a spot in a pixel, by magnification and distance.

    Args:
        share: (layer, skirt off/on, row distance, column distance), distances in `pixel / SAMPLES_PER_PIXEL`.
        reach: (layer,) number of samples beyond which a layer is zero.
        first: magnification of layer 0.
        step: magnification from layer to layer.
    """

    share: np.ndarray
    reach: np.ndarray
    first: float
    step: float


def disc_in_quadrant(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    """Return the area of a disc about the origin that lies left of x and below y, for all pairs of x and y."""
    x, y = np.clip(x, -radius, radius)[:, None], np.clip(y, -radius, radius)[None, :]
    left, below = _segment(x, radius), _segment(y, radius)
    full = np.pi * radius**2
    inside = x * y + (left + below) / 2 - full / 4
    right_of_middle = np.where(y >= 0, left + below - full, below)
    outside = np.where(x >= 0, right_of_middle, np.where(y >= 0, left, 0.0))
    return np.where(x**2 + y**2 < radius**2, inside, outside)


def _segment(x: np.ndarray, radius: float) -> np.ndarray:
    """Return the area of the disc that lies left of x."""
    return x * np.sqrt((radius - x) * (radius + x)) + radius**2 * (np.arcsin(x / radius) + np.pi / 2)


def spot_table(
    aperture_mm: float, skirt_mm: float, pixel_mm: float, sigma_mm: float, magnifications: tuple[float, float]
) -> SpotTable:
    """Tabulate spots for all magnifications between the two given.

    Args:
        aperture_mm: d, mm.
        skirt_mm: k on the pinhole's axis, mm; 0 for an ideal edge.
        pixel_mm: pitch of the pixels, mm.
        sigma_mm: standard deviation of the intrinsic blur, mm.
        magnifications: smallest and largest M.
    """
    low, high = magnifications
    sample = pixel_mm / SAMPLES_PER_PIXEL
    n_layers = 2 + int(np.ceil((high - low) * aperture_mm / sample))
    step = max(high - low, 1e-6) / (n_layers - 1)
    widest = high * (aperture_mm / 2 + skirt_mm * _SKIRT_NODES[-1]) + _BLUR_REACH * sigma_mm + pixel_mm / 2
    n = int(np.ceil(widest / sample)) + 3
    share = np.empty((n_layers, 2, n, n), dtype=np.float32)
    for layer, magnification in zip(share, low + step * np.arange(n_layers), strict=True):
        layer[0] = _shares(magnification * aperture_mm / 2, 0.0, sigma_mm, sample, n)
        layer[1] = _shares(magnification * aperture_mm / 2, magnification * skirt_mm, sigma_mm, sample, n)
    visible = share[:, 1, 0] > _NEGLIGIBLE * share[:, 1, 0, :1]
    return SpotTable(share, n - np.argmax(visible[:, ::-1], axis=1), low, step)


def _shares(radius: float, skirt: float, sigma: float, sample: float, n: int) -> np.ndarray:
    """Return the shares of a blurred spot in pixels whose middles lie (i, j) samples from the spot's, 0 ≤ i, j < n.

    An exponential skirt is a mixture of discs whose radii are exponentially distributed.
    """
    margin = int(np.ceil(_BLUR_REACH * sigma / sample))
    half = SAMPLES_PER_PIXEL // 2
    corners = np.arange(-margin - half, n + half) * sample
    radii, weights = radius + skirt * _SKIRT_NODES, _SKIRT_WEIGHTS
    if skirt == 0:
        radii, weights = np.array([radius]), np.ones(1)
    area = np.sum([w * disc_in_quadrant(corners, corners, r) for r, w in zip(radii, weights, strict=True)], axis=0)
    by_row = area[2 * half :] - area[: -2 * half]
    by_pixel = (by_row[:, 2 * half :] - by_row[:, : -2 * half]) / (np.pi * weights @ radii**2)
    if sigma > 0:
        by_pixel = gaussian_filter(by_pixel, sigma / sample, mode="constant", truncate=_BLUR_REACH)
    return by_pixel[margin:, margin:]
