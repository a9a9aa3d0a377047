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
_NEGLIGIBLE = 1e-6


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
    """Area of the disc of that radius about the origin that lies left of x and below y."""
    x, y = np.clip(x, -radius, radius), np.clip(y, -radius, radius)
    half_x, half_y = _segment(x, radius), _segment(y, radius)
    inside = x * y + (half_x + half_y) / 2 - np.pi * radius**2 / 4
    full = np.pi * radius**2
    outside = np.where(
        x >= 0,
        np.where(y >= 0, half_x + half_y - full, half_y),
        np.where(y >= 0, half_x, 0.0),
    )
    return np.where(x**2 + y**2 < radius**2, inside, outside)


def _segment(x: np.ndarray, radius: float) -> np.ndarray:
    """Area of the disc that lies left of x."""
    return x * np.sqrt((radius - x) * (radius + x)) + radius**2 * (np.arcsin(x / radius) + np.pi / 2)


def spot_table(
    aperture_mm: float, skirt_mm: float, pixel_mm: float, sigma_mm: float, magnifications: tuple[float, float]
) -> SpotTable:
    """Tabulate spots for all magnifications between the two given.

    Args:
        aperture_mm: d, mm.
        skirt_mm: k on the pinhole's axis, mm; 0 for an ideal edge.
        pixel_mm: pitch of the pixels, mm.
        sigma_mm: of the intrinsic blur, mm.
        magnifications: smallest and largest M.
    """
    low, high = magnifications
    sample = pixel_mm / SAMPLES_PER_PIXEL
    n_layers = 2 + int(np.ceil((high - low) * aperture_mm / sample))
    step = max(high - low, 1e-6) / (n_layers - 1)
    layers = low + step * np.arange(n_layers)
    widest = high * (aperture_mm / 2 + skirt_mm * _SKIRT_NODES[-1]) + 5 * sigma_mm + pixel_mm / 2
    n = int(np.ceil(widest / sample)) + 2
    share = np.empty((n_layers, 2, n, n), dtype=np.float32)
    for index, magnification in enumerate(layers):
        radius, skirt = magnification * aperture_mm / 2, magnification * skirt_mm
        share[index, 0] = _blurred(_disc_shares(radius, sample, n), sigma_mm / sample)
        share[index, 1] = _blurred(_skirted_shares(radius, skirt, sample, n), sigma_mm / sample)
    visible = share[:, 1, 0] > _NEGLIGIBLE * share[:, 1, :1, 0]
    return SpotTable(share, (n - np.argmax(visible[:, ::-1], axis=1)).astype(np.int64), low, step)


def _disc_shares(radius: float, sample: float, n: int) -> np.ndarray:
    """Share of a uniform disc in a pixel whose middle lies (i, j) samples from the disc's, for |i|, |j| < n."""
    half = SAMPLES_PER_PIXEL // 2
    corner = np.arange(-n + 1 - half, n + half) * sample
    area = disc_in_quadrant(corner[:, None], corner[None, :], radius)
    wide = 2 * half
    return (area[wide:, wide:] - area[:-wide, wide:] - area[wide:, :-wide] + area[:-wide, :-wide]) / (np.pi * radius**2)


def _skirted_shares(radius: float, skirt: float, sample: float, n: int) -> np.ndarray:
    """The same with an exponential skirt, which is a mixture of discs with exponentially distributed radii."""
    radii = radius + skirt * _SKIRT_NODES
    weights = _SKIRT_WEIGHTS * radii**2
    shares = sum(w * _disc_shares(r, sample, n) for w, r in zip(weights, radii, strict=True))
    return np.asarray(shares) / weights.sum()


def _blurred(shares: np.ndarray, sigma: float) -> np.ndarray:
    """Blur, and keep the quarter with both distances at least 0."""
    blurred = gaussian_filter(shares, sigma, mode="constant", truncate=5.0) if sigma > 0 else shares
    middle = len(shares) // 2
    return blurred[middle:, middle:]
