"""The response of a pinhole: which fraction of the photons emitted in a voxel each pixel detects."""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np

from custom.projection.spot import SAMPLES_PER_PIXEL, SpotTable, spot_table
from custom.scanner.camera import Camera, Pinhole
from custom.scanner.grid import ImageGrid

N_DEPTHS = 4
NEGLIGIBLE_SHARE = 5e-3
"""Pixels with less than this share of a column's maximum are left out: a thousandth of its counts on average."""


class PinholeResponse(NamedTuple):
    """What the kernels need to know of one pinhole, in plain numbers and arrays.

    A photon emitted at (u, w, h) in the pinhole's frame, at the angle θ from its axis, is detected with probability

        (d² + 4 d k + 8 k²) · cos³θ / (16 h²) · ε(θ)

        k = cosθ · (t² − ½ tan²θ) / (2 μ t),   t = tan(α / 2)        penetration of a double cone's edge
        ε = window fraction · (1 − exp(−μ_c T / cosθ))               detection in a crystal of thickness T

    k is the distance from the edge, averaged around it, over which the plate takes a ray down to 1/e. On the axis the
    bracket is the square of the sensitivity-effective diameter, and d + 2 k ln 2 the resolution-effective diameter.

    Source: Metzler et al. 2002, doi:10.1109/TMI.2002.803129; Metzler and Accorsi 2005,
    doi:10.1088/0031-9155/50/21/004; k for oblique rays is derived from a straight edge and agrees with Monte Carlo.
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


def pinhole_responses(camera: Camera, grid: ImageGrid) -> list[PinholeResponse]:
    """Gather the pinholes' numbers, and tabulate their spots for the distances at which the grid's voxels lie."""
    depths, depth_weights = _depth_nodes(camera)
    nearest, farthest = _distances(camera, grid)
    tables: dict[tuple[float, float], SpotTable] = {}
    responses = []
    for pinhole in camera.pinholes:
        kind = (pinhole.aperture_mm, pinhole.focal_length_mm)
        if kind not in tables:
            lengths = pinhole.focal_length_mm + depths
            tables[kind] = _spots(camera, pinhole, (1 + lengths[0] / farthest, 1 + lengths[-1] / nearest))
        responses.append(_response(camera, pinhole, tables[kind], depths, depth_weights))
    return responses


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


def _response(
    camera: Camera, pinhole: Pinhole, spots: SpotTable, depths: np.ndarray, depth_weights: np.ndarray
) -> PinholeResponse:
    detector = camera.detector
    return PinholeResponse(
        position=np.asarray(pinhole.position_mm, float),
        frame=pinhole.frame,
        aperture=float(pinhole.aperture_mm),
        focal_length=float(pinhole.focal_length_mm),
        skirt=_skirt_mm(camera),
        cone_slope=_cone_slope(camera),
        n_rows=detector.n_rows,
        n_columns=detector.n_columns,
        pixel=float(detector.pixel_mm),
        window_fraction=float(detector.window_fraction),
        crystal_mu=float(detector.attenuation_per_mm),
        crystal_thickness=float(detector.thickness_mm),
        depths=depths,
        depth_weights=depth_weights,
        nearest=float(camera.model.nearest_mm),
        spots=spots,
    )


def _cone_slope(camera: Camera) -> float:
    return math.tan(math.radians(camera.collimator.opening_angle_deg) / 2)


def _skirt_mm(camera: Camera) -> float:
    """Return k on a pinhole's axis."""
    return _cone_slope(camera) / (2 * camera.collimator.attenuation_per_mm)


def _spots(camera: Camera, pinhole: Pinhole, magnifications: tuple[float, float]) -> SpotTable:
    detector = camera.detector
    return spot_table(
        pinhole.aperture_mm, _skirt_mm(camera), detector.pixel_mm, detector.intrinsic_sigma_mm, magnifications
    )


def _depth_nodes(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Return the depths in the crystal at which interactions are placed, mm, and the weights of their quadrature."""
    if not camera.model.depth_of_interaction or math.isinf(camera.detector.attenuation_per_mm):
        return np.zeros(1), np.ones(1)
    nodes, weights = np.polynomial.legendre.leggauss(N_DEPTHS)
    return (nodes + 1) / 2 * camera.detector.thickness_mm, weights


def _distances(camera: Camera, grid: ImageGrid) -> tuple[float, float]:
    """Return the smallest and the largest distance from a pinhole's plane at which one may see part of the grid."""
    sides = zip(grid.shape, grid.spacing_mm, grid.centre_mm, strict=True)
    corners = np.stack(np.meshgrid(*[[at - n * step / 2, at + n * step / 2] for n, step, at in sides]), axis=-1)
    distances = [(corners - pinhole.position_mm) @ np.asarray(pinhole.axis) for pinhole in camera.pinholes]
    nearest = max(camera.model.nearest_mm, float(np.min(distances)))
    return nearest, max(nearest, float(np.max(distances)))


# The kernels. Loops stand where NumPy has a method, since each such method can add seconds to the compilation.


@numba.njit(nogil=True)
def add_point(
    image: np.ndarray, response: PinholeResponse, x: float, y: float, z: float, photons: float, box: np.ndarray
) -> None:
    """Add to a module's image what it detects of photons emitted at one point.

    Args:
        image: (row, column), added to.
        response: the pinhole's.
        x: position in the patient, mm.
        y: the same.
        z: the same.
        photons: emitted.
        box: first and last row, first and last column touched so far; widened.
    """
    dx, dy, dz = x - response.position[0], y - response.position[1], z - response.position[2]
    frame = response.frame
    h = frame[2, 0] * dx + frame[2, 1] * dy + frame[2, 2] * dz
    if h < response.nearest:
        return
    u = (frame[0, 0] * dx + frame[0, 1] * dy + frame[0, 2] * dz) / h
    w = (frame[1, 0] * dx + frame[1, 1] * dy + frame[1, 2] * dz) / h
    tangent2 = u * u + w * w
    cosine = 1 / np.sqrt(1 + tangent2)
    obliquity = cosine * max(1 - tangent2 / (2 * response.cone_slope**2), 0.0)
    d, k = response.aperture, response.skirt * obliquity
    crystal_mu = response.crystal_mu / cosine
    detected = photons * (d * d + 4 * d * k + 8 * k * k) * cosine**3 / (16 * h * h)
    detected *= response.window_fraction * (1 - np.exp(-crystal_mu * response.crystal_thickness))
    total = 0.0
    for index in range(response.depths.size):
        total += response.depth_weights[index] * _survival(crystal_mu, response.depths[index])
    for index in range(response.depths.size):
        share = response.depth_weights[index] * _survival(crystal_mu, response.depths[index]) / total
        length = response.focal_length + response.depths[index]
        _add_spot(image, response, -u * length, -w * length, 1 + length / h, obliquity, detected * share, box)


@numba.njit(nogil=True)
def _survival(mu: float, depth: float) -> float:
    return np.exp(-mu * depth) if depth > 0 else 1.0  # an infinite mu stops everything at depth 0


@numba.njit(nogil=True)
def _add_spot(
    image: np.ndarray,
    response: PinholeResponse,
    column_mm: float,
    row_mm: float,
    magnification: float,
    skirt_share: float,
    detected: float,
    box: np.ndarray,
) -> None:
    """Share one spot out over the pixels, by linear interpolation of the table along all its axes."""
    spots = response.spots
    position = min(max((magnification - spots.first) / spots.step, 0.0), spots.reach.size - 1.000001)
    layer = int(position)
    near, far = spots.share[layer], spots.share[layer + 1]
    far_edge, far_skirt = (position - layer) * (1 - skirt_share), (position - layer) * skirt_share
    near_edge, near_skirt = 1 - skirt_share - far_edge, skirt_share - far_skirt
    # from here on in pixels, counted from the middle of pixel (0, 0)
    row_middle = row_mm / response.pixel + (response.n_rows - 1) / 2
    column_middle = column_mm / response.pixel + (response.n_columns - 1) / 2
    reach = spots.reach[layer + 1] / SAMPLES_PER_PIXEL
    first_row, last_row = _touched(row_middle, reach, response.n_rows)
    first_column, last_column = _touched(column_middle, reach, response.n_columns)
    if first_row > last_row or first_column > last_column:
        return
    box[0], box[1] = min(box[0], first_row), max(box[1], last_row)
    box[2], box[3] = min(box[2], first_column), max(box[3], last_column)
    for row in range(first_row, last_row + 1):
        y = abs(row - row_middle) * SAMPLES_PER_PIXEL
        j = int(y)
        for column in range(first_column, last_column + 1):
            x = abs(column - column_middle) * SAMPLES_PER_PIXEL
            i = int(x)
            value = 0.0
            for corner in range(4):
                q, p = j + corner // 2, i + corner % 2
                weight = (1 - abs(y - q)) * (1 - abs(x - p))
                value += weight * (near_edge * near[0, q, p] + near_skirt * near[1, q, p])
                value += weight * (far_edge * far[0, q, p] + far_skirt * far[1, q, p])
            image[row, column] += detected * value


@numba.njit(nogil=True)
def _touched(middle: float, reach: float, n: int) -> tuple[int, int]:
    """Return the first and the last pixel within reach, the first larger than the last if there is none."""
    return max(int(np.ceil(middle - reach)), 0), min(int(np.floor(middle + reach)), n - 1)


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
