"""A point spread that is the same everywhere in an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from scipy.special import ive

Array = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class PointSpread:
    """Gaussian blur of sampled images, separable, with the discrete Gaussian as its kernel.

        g_n = exp(−t) · I_n(t),   t = (FWHM / √(8 ln 2) / spacing)²

    Unlike samples of the continuous Gaussian, g keeps its variance t at any width. It is cut where `mass` of it is
    reached and renormalised; beyond the borders the image repeats its edge.

    Args:
        fwhm_mm: full width at half maximum along x, y, z, mm.
        spacing_mm: distance between voxels along x, y, z, mm.
        mass: part of the kernel that is kept.

    Raises:
        ValueError: a width or spacing is not positive, or mass is not between 0 and 1.

    Source: Lindeberg 1990, doi:10.1109/34.49051.
    """

    fwhm_mm: tuple[float, float, float]
    spacing_mm: tuple[float, float, float]
    mass: float = 0.99

    def __post_init__(self) -> None:
        if min(*self.fwhm_mm, *self.spacing_mm) <= 0:
            raise ValueError(
                f"fwhm_mm and spacing_mm must be positive, got {self.fwhm_mm} and {self.spacing_mm}; leave the "
                "correction out where the image is not blurred"
            )
        if not 0 < self.mass < 1:
            raise ValueError(f"mass must lie between 0 and 1, got {self.mass}; 0.99 keeps 99 % of the kernel")

    def kernel(self, axis: int) -> Array:
        """Return the kernel along an axis, odd in length, with sum 1."""
        t = (self.fwhm_mm[axis] / np.sqrt(8 * np.log(2)) / self.spacing_mm[axis]) ** 2
        half = ive(np.arange(int(20 + 10 * np.sqrt(t))), t)
        masses = half[0] + 2 * np.cumsum(half[1:])
        half = half[: np.searchsorted(masses, self.mass) + 2]
        kernel = np.concatenate([half[:0:-1], half])
        return kernel / kernel.sum()

    def blur(self, image: Array) -> Array:
        """Return the image, shape (..., x, y, z), as the camera would show it."""
        blurred = np.asarray(image, dtype=np.float64)
        for axis in range(3):
            blurred = correlate1d(blurred, self.kernel(axis), axis=axis - 3, mode="nearest")
        return blurred
