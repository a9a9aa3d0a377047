"""What a module detects of photons emitted at one point.

Loops stand where NumPy has a method, since each such method can add seconds to the compilation.
"""

from __future__ import annotations

import numba
import numpy as np

from custom.projection.response import PinholeResponse
from custom.projection.spot import SAMPLES_PER_PIXEL


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
