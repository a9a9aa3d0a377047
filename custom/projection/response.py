"""The response of a pinhole: which fraction of the photons emitted in a voxel each pixel detects."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from custom.projection.spot import SAMPLES_PER_PIXEL, SpotTable, spot_table
from custom.scanner.camera import Camera, Pinhole
from custom.scanner.grid import ImageGrid

N_DEPTHS = 4
NEGLIGIBLE_SHARE = 1e-3


class PinholeResponse(NamedTuple):
    """What the kernel needs to know of one pinhole, in plain numbers and arrays.

    A point at (u, w, h) in the pinhole's frame is detected with probability

        (d² + 4 d k + 8 k²) cos³θ / (16 h²) · ε(θ),    k = cosθ (t² − tan²θ / 2) / (2 μ t),    t = tan(α / 2)

    k is the length over which the knife edge of a double cone of angle α takes a ray at θ down to 1/e, averaged around
    the edge; on the axis the bracket is the square of the sensitivity-effective diameter, and d + 2 k ln 2 the
    resolution-effective one. The crystal detects ε(θ) = window · (1 − exp(−μ T / cosθ)).

    Source: Accorsi and Metzler 2004, doi:10.1109/TMI.2004.828355; angles checked against Monte Carlo.
    """

    position: np.ndarray
    frame: np.ndarray
    aperture: float
    focal_length: float
    skirt: float
    cone_slope: float
    n_rows: int
    n_columns: int
    pixel: float
    window_fraction: float
    crystal_mu: float
    crystal_thickness: float
    depths: np.ndarray
    depth_weights: np.ndarray
    nearest: float
    spots: SpotTable


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


def pinhole_response(camera: Camera, pinhole: Pinhole, grid: ImageGrid) -> PinholeResponse:
    """Gather one pinhole's numbers and tabulate its spots for the distances at which the grid's voxels lie."""
    detector, collimator, model = camera.detector, camera.collimator, camera.model
    slope = float(np.tan(np.radians(collimator.opening_angle_deg) / 2))
    skirt = slope / (2 * collimator.attenuation_per_mm)
    depths, depth_weights = _depth_nodes(camera)
    nearest, farthest = _distances(pinhole, grid, model.nearest_mm)
    magnifications = (
        1 + (pinhole.focal_length_mm + depths[0]) / farthest,
        1 + (pinhole.focal_length_mm + depths[-1]) / nearest,
    )
    return PinholeResponse(
        position=np.asarray(pinhole.position_mm),
        frame=np.ascontiguousarray(pinhole.frame),
        aperture=pinhole.aperture_mm,
        focal_length=pinhole.focal_length_mm,
        skirt=skirt,
        cone_slope=slope,
        n_rows=detector.n_rows,
        n_columns=detector.n_columns,
        pixel=detector.pixel_mm,
        window_fraction=detector.window_fraction,
        crystal_mu=detector.attenuation_per_mm,
        crystal_thickness=detector.thickness_mm,
        depths=depths,
        depth_weights=depth_weights,
        nearest=model.nearest_mm,
        spots=spot_table(pinhole.aperture_mm, skirt, detector.pixel_mm, detector.intrinsic_sigma_mm, magnifications),
    )


def voxel_points(grid: ImageGrid, samples: int) -> np.ndarray:
    """Offsets from a voxel's centre to its Gauss–Legendre points, mm, with their weights; shape (samples³, 4)."""
    nodes, weights = np.polynomial.legendre.leggauss(samples)
    offsets = [nodes * spacing / 2 for spacing in grid.spacing_mm]
    x, y, z = np.meshgrid(*offsets, indexing="ij")
    share = np.einsum("i,j,k->ijk", weights, weights, weights) / 8
    return np.stack([x.ravel(), y.ravel(), z.ravel(), share.ravel()], axis=1)


def _depth_nodes(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Depths in the crystal at which interactions are placed, and the weights of their quadrature."""
    if not camera.model.depth_of_interaction or np.isinf(camera.detector.attenuation_per_mm):
        return np.zeros(1), np.ones(1)
    nodes, weights = np.polynomial.legendre.leggauss(N_DEPTHS)
    return (nodes + 1) / 2 * camera.detector.thickness_mm, weights


def _distances(pinhole: Pinhole, grid: ImageGrid, nearest_mm: float) -> tuple[float, float]:
    """Smallest and largest distance from the pinhole's plane at which it may see a part of the grid."""
    ends = np.stack(np.meshgrid(*[[c - n * s / 2, c + n * s / 2] for n, s, c in _sides(grid)], indexing="ij"), axis=-1)
    distances = (ends - np.asarray(pinhole.position_mm)) @ np.asarray(pinhole.axis)
    nearest = max(nearest_mm, float(distances.min()))
    return nearest, max(nearest * (1 + 1e-6), float(distances.max()))


def _sides(grid: ImageGrid) -> list[tuple[int, float, float]]:
    return list(zip(grid.shape, grid.spacing_mm, grid.centre_mm, strict=True))


@numba.njit(nogil=True)
def add_point(image, response, x, y, z, weight, box):  # type: ignore[no-untyped-def]
    """Add to a module's image what it detects of `weight` photons emitted at one point, and widen the touched box."""
    dx, dy, dz = x - response.position[0], y - response.position[1], z - response.position[2]
    frame = response.frame
    h = frame[2, 0] * dx + frame[2, 1] * dy + frame[2, 2] * dz
    if h < response.nearest:
        return
    u = (frame[0, 0] * dx + frame[0, 1] * dy + frame[0, 2] * dz) / h
    w = (frame[1, 0] * dx + frame[1, 1] * dy + frame[1, 2] * dz) / h
    tangent2 = u * u + w * w
    cosine = 1 / np.sqrt(1 + tangent2)
    # averaged around the edge; a ray outside the cone meets no penetrable edge
    obliquity = cosine * max(1 - tangent2 / (2 * response.cone_slope**2), 0.0)
    k, d = response.skirt * obliquity, response.aperture
    sensitivity = (d * d + 4 * d * k + 8 * k * k) * cosine**3 / (16 * h * h)
    path_mu = response.crystal_mu / cosine
    detected = weight * sensitivity * response.window_fraction * (1 - np.exp(-path_mu * response.crystal_thickness))
    total = 0.0
    for index in range(response.depths.size):
        total += response.depth_weights[index] * _survival(path_mu, response.depths[index])
    for index in range(response.depths.size):
        depth = response.depths[index]
        share = response.depth_weights[index] * _survival(path_mu, depth) / total
        reach = response.focal_length + depth
        _add_spot(image, response, -u * reach, -w * reach, 1 + reach / h, obliquity, detected * share, box)


@numba.njit(nogil=True)
def _survival(mu, depth):  # type: ignore[no-untyped-def]
    return np.exp(-mu * depth) if depth > 0 else 1.0  # depth 0 and an infinite mu: all stops at the face


@numba.njit(nogil=True)
def _add_spot(image, response, column_mm, row_mm, magnification, skirt_share, detected, box):  # type: ignore[no-untyped-def]
    """Share one spot out over the pixels, by linear interpolation of the table in all its axes."""
    spots = response.spots
    sample = response.pixel / SAMPLES_PER_PIXEL
    layer_position = min(max((magnification - spots.first) / spots.step, 0.0), spots.reach.size - 1.000001)
    layer = int(layer_position)
    f = layer_position - layer
    reach = spots.reach[layer + 1]
    thin, wide = spots.share[layer], spots.share[layer + 1]
    a, b = detected * (1 - f) * (1 - skirt_share), detected * (1 - f) * skirt_share
    c, e = detected * f * (1 - skirt_share), detected * f * skirt_share
    # position of the spot in pixels from the middle of pixel (0, 0)
    column_middle = column_mm / response.pixel + (response.n_columns - 1) / 2
    row_middle = row_mm / response.pixel + (response.n_rows - 1) / 2
    half = (reach - 1) * sample / response.pixel
    first_column, last_column = max(int(np.ceil(column_middle - half)), 0), min(int(column_middle + half), response.n_columns - 1)
    first_row, last_row = max(int(np.ceil(row_middle - half)), 0), min(int(row_middle + half), response.n_rows - 1)
    if last_column < first_column or last_row < first_row or column_middle + half < 0 or row_middle + half < 0:
        return
    box[0], box[1] = min(box[0], first_row), max(box[1], last_row)
    box[2], box[3] = min(box[2], first_column), max(box[3], last_column)
    for row in range(first_row, last_row + 1):
        y = abs(row - row_middle) * SAMPLES_PER_PIXEL
        j = int(y)
        fy = y - j
        for column in range(first_column, last_column + 1):
            x = abs(column - column_middle) * SAMPLES_PER_PIXEL
            i = int(x)
            fx = x - i
            value = 0.0
            for corner in range(4):
                dj, di = j + corner // 2, i + corner % 2
                weight = (fy if dj > j else 1 - fy) * (fx if di > i else 1 - fx)
                value += weight * (
                    a * thin[0, dj, di] + b * thin[1, dj, di] + c * wide[0, dj, di] + e * wide[1, dj, di]
                )
            image[row, column] += value


def pinhole_columns(response: PinholeResponse, grid: ImageGrid, voxel_samples: int) -> Columns:
    """Compute one pinhole's matrix column by column, for the voxels that it sees.

    Pixels with less than a thousandth of a column's maximum are dropped and the rest raised to the same sum.
    """
    voxel, pointer, pixel, value = _columns(response, *grid.centres_mm(), voxel_points(grid, voxel_samples))
    n_seen = int(np.count_nonzero(pointer[1:]))
    n = int(pointer[n_seen])
    return Columns(voxel[:n_seen].copy(), pointer[: n_seen + 1].copy(), pixel[:n].copy(), value[:n].copy())


# In the kernels below, loops stand where NumPy has a method: each such method adds up to seconds of compilation.


@numba.njit(nogil=True)
def _columns(response, xs, ys, zs, points):  # type: ignore[no-untyped-def]
    image = np.zeros((response.n_rows, response.n_columns))
    box = np.empty(4, np.int64)
    voxel = np.empty(xs.size * ys.size * zs.size, np.int32)
    pointer = np.zeros(voxel.size + 1, np.int64)
    pixel = np.empty(max(8 * voxel.size, image.size), np.int16)
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
                end = _take_column(image, box, pixel, value, n)
                if end > n:
                    voxel[n_seen] = (ix * ys.size + iy) * zs.size + iz
                    n_seen += 1
                    pointer[n_seen] = n = end
    return voxel, pointer, pixel, value


@numba.njit(nogil=True)
def _grown(array, n):  # type: ignore[no-untyped-def]
    larger = np.empty(2 * array.size, array.dtype)
    for index in range(n):
        larger[index] = array[index]
    return larger


@numba.njit(nogil=True)
def _take_column(image, box, pixel, value, n):  # type: ignore[no-untyped-def]
    """Move the touched box of a module's image to the end of the element lists and clear it; return the new end."""
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
