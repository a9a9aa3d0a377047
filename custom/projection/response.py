"""What the response of a pinhole depends on, in plain numbers and arrays."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from custom.projection.spot import SpotTable, spot_table
from custom.scanner.camera import Camera, Pinhole
from custom.scanner.grid import ImageGrid

N_DEPTHS = 4


class PinholeResponse(NamedTuple):
    """The numbers of one pinhole.

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
