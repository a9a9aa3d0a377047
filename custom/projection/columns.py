"""One pinhole's matrix, column by column: which fraction of a voxel's photons each pixel detects."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from custom.projection.detection import add_point
from custom.projection.response import PinholeResponse
from custom.scanner.grid import ImageGrid

NEGLIGIBLE_SHARE = 5e-3
"""Pixels with less than this share of a column's maximum are left out: a thousandth of its counts on average."""


class Columns(NamedTuple):
    """One pinhole's matrix by columns.

    Args:
        voxel: (n_seen,) flat indices of the voxels seen, ascending.
        pointer: (n_seen + 1,) where each voxel's elements start.
        pixel: (n_elements,) flat index in the module, ascending within a voxel.
        value: (n_elements,) fraction of the voxel's photons detected in that pixel.
    """

    voxel: np.ndarray
    pointer: np.ndarray
    pixel: np.ndarray
    value: np.ndarray


def pinhole_columns(response: PinholeResponse, grid: ImageGrid, voxel_samples: int) -> Columns:
    """Compute one pinhole's matrix column by column, for the voxels that it sees.

    A column is the response averaged over the voxel's volume. Its negligible pixels are left out, and the others raised
    to the same sum.
    """
    voxel, pointer, pixel, value = _columns(response, *grid.centres_mm(), voxel_points(grid, voxel_samples))
    n_seen = int(np.count_nonzero(pointer))
    n = int(pointer[n_seen])
    return Columns(voxel[:n_seen].copy(), pointer[: n_seen + 1].copy(), pixel[:n].copy(), value[:n].copy())


def voxel_points(grid: ImageGrid, samples: int) -> np.ndarray:
    """Return the Gauss–Legendre points of a voxel: offsets from its centre in mm, and weights; (samples³, 4)."""
    nodes, weights = np.polynomial.legendre.leggauss(samples)
    x, y, z = np.meshgrid(*[nodes * spacing / 2 for spacing in grid.spacing_mm], indexing="ij")
    share = np.einsum("i,j,k->ijk", weights, weights, weights) / 8
    return np.stack([x.ravel(), y.ravel(), z.ravel(), share.ravel()], axis=1)


@numba.njit(nogil=True)
def _columns(
    response: PinholeResponse, xs: np.ndarray, ys: np.ndarray, zs: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fill the arrays of `Columns`, each with unused space at its end; unused pointers are 0."""
    image = np.zeros((response.n_rows, response.n_columns))
    box = np.empty(4, np.int64)
    voxel = np.empty(xs.size * ys.size * zs.size, np.int32)
    pointer = np.zeros(voxel.size + 1, np.int64)
    pixel = np.empty(8 * voxel.size + image.size, np.int32)
    value = np.empty(pixel.size, np.float32)
    n_seen, n = 0, 0
    for ix in range(xs.size):
        for iy in range(ys.size):
            for iz in range(zs.size):
                box[0], box[1], box[2], box[3] = response.n_rows, -1, response.n_columns, -1
                for p in range(points.shape[0]):
                    x, y, z = xs[ix] + points[p, 0], ys[iy] + points[p, 1], zs[iz] + points[p, 2]
                    add_point(image, response, x, y, z, points[p, 3], box)
                if n + image.size > pixel.size:
                    pixel, value = _grown(pixel, n), _grown(value, n)
                end = _take(image, box, pixel, value, n)
                if end > n:
                    voxel[n_seen] = (ix * ys.size + iy) * zs.size + iz
                    n_seen += 1
                    n = end
                    pointer[n_seen] = n
    return voxel, pointer, pixel, value


@numba.njit(nogil=True)
def _grown(array: np.ndarray, n: int) -> np.ndarray:
    larger = np.empty(2 * array.size, array.dtype)
    for index in range(n):
        larger[index] = array[index]
    return larger


@numba.njit(nogil=True)
def _take(image: np.ndarray, box: np.ndarray, pixel: np.ndarray, value: np.ndarray, n: int) -> int:
    """Move the touched box of a module's image to the end of the lists and clear it; return the new end."""
    total, peak, kept, end = 0.0, 0.0, 0.0, n
    for row in range(box[0], box[1] + 1):
        for column in range(box[2], box[3] + 1):
            total += image[row, column]
            peak = max(peak, image[row, column])
    for row in range(box[0], box[1] + 1):
        for column in range(box[2], box[3] + 1):
            if image[row, column] > NEGLIGIBLE_SHARE * peak:
                pixel[end] = row * image.shape[1] + column
                value[end] = image[row, column]
                kept += image[row, column]
                end += 1
            image[row, column] = 0
    for index in range(n, end):
        value[index] *= total / kept
    return end
