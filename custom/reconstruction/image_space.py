"""Partial volume correction of a reconstructed image, with a point spread that is the same everywhere.

For users whose only data is a reconstructed image. Regions are weights between 0 and 1 of shape (region, x, y, z), so
that neighbouring regions can share a voxel; `region_weights` makes them from a label map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from custom.reconstruction.point_spread import Array, PointSpread


def region_weights(labels: NDArray[np.integer], numbers: Sequence[int]) -> Array:
    """Return weights of shape (region, x, y, z), 1 where a label map of shape (x, y, z) has each of the numbers."""
    return np.stack([labels == number for number in numbers]).astype(np.float64)


def geometric_transfer_matrix(image: Array, regions: Array, psf: PointSpread) -> Array:
    """Mean activity of each region, corrected for the exchange between regions.

        Σ_j (Σ h(r_i) · r_j) t_j = Σ r_i · y

    The blurred region stands on the left, as in PETPVC; the textbook's Σ r_i · h(r_j) differs only where a region
    touches the image's border.

    Args:
        image: y, shape (x, y, z).
        regions: r, weights, shape (region, x, y, z).
        psf: h, the image's blur.

    Returns:
        t, shape (region,), in the image's units.

    Raises:
        ValueError: an empty region, regions on another grid than the image, or an image that is not finite.

    Source: Rousset, Ma and Evans 1998, Journal of Nuclear Medicine 39, 904–911.
    """
    return _solved(image, _checked(image, regions), psf.blur(regions), regions)


def labbe(image: Array, regions: Array, psf: PointSpread) -> Array:
    """Mean activity of each region by least squares over all voxels, blurred regions being the regressors.

        Σ_j (Σ h(r_i) · h(r_j)) t_j = Σ h(r_i) · y

    Args:
        image: y, shape (x, y, z).
        regions: r, weights, shape (region, x, y, z).
        psf: h, the image's blur.

    Returns:
        t, shape (region,), in the image's units.

    Raises:
        ValueError: an empty region, regions on another grid than the image, or an image that is not finite.

    Source: Labbé et al. 1998, as in Thomas et al. 2016, doi:10.1088/0031-9155/61/22/7975.
    """
    blurred = psf.blur(_checked(image, regions))
    return _solved(image, blurred, blurred, blurred)


def multi_target_correction(image: Array, regions: Array, psf: PointSpread) -> Array:
    """Image in which every voxel is freed from what other regions spill in and its own region spills out.

        x = Σ_i r_i · (y − h(Σ_{j≠i} t_j r_j)) / h(r_i),   t from the geometric transfer matrix

    Args:
        image: y, shape (x, y, z).
        regions: r, weights, shape (region, x, y, z).
        psf: h, the image's blur.

    Returns:
        Corrected image, shape (x, y, z); outside all regions 0.

    Raises:
        ValueError: an empty region, regions on another grid than the image, or an image that is not finite.

    Source: Erlandsson et al. 2006, as in Erlandsson et al. 2012, doi:10.1088/0031-9155/57/21/R119.
    """
    means = geometric_transfer_matrix(image, regions, psf)
    blurred = psf.blur(regions)
    own = means[:, None, None, None] * blurred
    without_others = image - (own.sum(axis=0) - own)
    return (regions * np.divide(without_others, blurred, out=np.zeros_like(blurred), where=regions > 0)).sum(axis=0)


def region_based_voxelwise(image: Array, regions: Array, psf: PointSpread) -> Array:
    """Image scaled voxel by voxel by what the blur did to a template of region means.

        x = y · T / h(T),   T = Σ_i t_i r_i,   t from the geometric transfer matrix

    Args:
        image: y, shape (x, y, z).
        regions: r, weights, shape (region, x, y, z).
        psf: h, the image's blur.

    Returns:
        Corrected image, shape (x, y, z); unchanged outside all regions.

    Raises:
        ValueError: an empty region, regions on another grid than the image, or an image that is not finite.

    Source: Thomas et al. 2011, doi:10.1007/s00259-011-1745-9.
    """
    return image * _recovery_factor(geometric_transfer_matrix(image, regions, psf), regions, psf)


def iterative_yang_image_space(
    image: Array,
    regions: Array,
    psf: PointSpread,
    *,
    n_iterations: int = 10,
    callback: Callable[[int, Array, Array], bool | None] | None = None,
) -> Array:
    """Image scaled as by `region_based_voxelwise`, with region means that are read again from each corrected image.

        t_i = Σ r_i · x / Σ r_i,   T = Σ_i t_i r_i,   x ← y · T / h(T)

    Args:
        image: y, shape (x, y, z).
        regions: r, weights, shape (region, x, y, z).
        psf: h, the image's blur.
        n_iterations: number of templates.
        callback: called as callback(iteration, image, means) after each, counted from 1; returning True stops.

    Returns:
        Corrected image, shape (x, y, z); unchanged outside all regions.

    Raises:
        ValueError: an empty region, regions on another grid than the image, or an image that is not finite.

    Source: Erlandsson et al. 2012, doi:10.1088/0031-9155/57/21/R119.
    """
    corrected = image
    for iteration in range(1, n_iterations + 1):
        means = _means(corrected, _checked(image, regions))
        corrected = image * _recovery_factor(means, regions, psf)
        if callback is not None and callback(iteration, corrected, means):
            break
    return corrected


def richardson_lucy(image: Array, psf: PointSpread, *, n_iterations: int = 10) -> Array:
    """Deconvolved image of highest Poisson likelihood, stopped early.

        x ← x · h(y / h(x)),   first x = y

    Args:
        image: y, shape (x, y, z), ≥ 0.
        psf: h, the image's blur.
        n_iterations: number of updates; noise grows with it.

    Returns:
        Corrected image, shape (x, y, z), ≥ 0.

    Raises:
        ValueError: the image has negative voxels.

    Source: Richardson 1972, doi:10.1364/JOSA.62.000055.
    """
    if image.min() < 0:
        raise ValueError("image must not be negative; Richardson-Lucy is for activity, use van_cittert")
    corrected = image
    for _ in range(n_iterations):
        corrected = corrected * psf.blur(_ratio(image, psf.blur(corrected), otherwise=0.0))
    return corrected


def van_cittert(
    image: Array, psf: PointSpread, *, n_iterations: int = 30, step: float = 1.5, tolerance: float = 0.01
) -> Array:
    """Deconvolved image of least squared difference, not negative, stopped early (reblurred Van Cittert).

        x ← max(0, x + step · h(y − h(x))),   first x = y

    Args:
        image: y, shape (x, y, z).
        psf: h, the image's blur.
        n_iterations: largest number of updates.
        step: length of the step, below 2 to converge.
        tolerance: stops when an update is smaller than this part of the image (Euclidean norms).

    Returns:
        Corrected image, shape (x, y, z), ≥ 0.

    Source: Tohka and Reilhac 2008, doi:10.1016/j.neuroimage.2007.10.038.
    """
    corrected = image
    for _ in range(n_iterations):
        previous = corrected
        corrected = np.maximum(0, previous + step * psf.blur(image - psf.blur(previous)))
        if np.linalg.norm(corrected - previous) < tolerance * np.linalg.norm(image):
            break
    return corrected


def _solved(image: Array, weights: Array, rows: Array, columns: Array) -> Array:
    """Return t of Σ_j (Σ rows_i · columns_j) t_j = Σ weights_i · image, sums over voxels."""
    transfer = np.tensordot(rows, columns, axes=([1, 2, 3], [1, 2, 3]))
    return np.linalg.solve(transfer, np.tensordot(weights, image, axes=3))


def _means(image: Array, regions: Array) -> Array:
    """Return the weighted mean of the image in each region."""
    return np.tensordot(regions, image, axes=3) / regions.sum(axis=(1, 2, 3))


def _recovery_factor(means: Array, regions: Array, psf: PointSpread) -> Array:
    """Return T / h(T) of the template of means, and 1 outside all regions.

    A negative mean counts as 0: no activity is negative, and h(T) could pass through 0 beside one that were.
    """
    template = np.tensordot(np.maximum(means, 0), regions, axes=1)
    blurred = psf.blur(template)
    return np.where(regions.sum(axis=0) > 0, _ratio(template, blurred, otherwise=1.0), 1.0)


def _ratio(numerator: Array, denominator: Array, *, otherwise: float) -> Array:
    """Return the quotient, and another value where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.full_like(denominator, otherwise), where=denominator != 0)


def _checked(image: Array, regions: Array) -> Array:
    """Return the regions if they lie on the image's grid, none is empty and the image is finite."""
    if not np.isfinite(image).all():
        raise ValueError("image must be finite, got NaN or infinity; set voxels outside the field of view to 0")
    if regions.shape[1:] != image.shape:
        raise ValueError(f"regions must have shape (region, {image.shape}), got {regions.shape}; resample them first")
    empty = np.flatnonzero(regions.sum(axis=(1, 2, 3)) <= 0)
    if empty.size:
        raise ValueError(f"every region must have a voxel, region {empty.tolist()} has none; leave it out")
    return regions
