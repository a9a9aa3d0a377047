"""A single pinhole looking at the origin, and what its module sees of a point."""

from __future__ import annotations

import math

import numpy as np

from custom.projection.columns import voxel_points
from custom.projection.detection import add_point
from custom.projection.response import pinhole_responses
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Collimator, Detector, Pinhole, ResponseModel

IDEAL_DETECTOR = Detector(
    n_rows=32, n_columns=32, pixel_mm=2.46, thickness_mm=5.0, attenuation_per_mm=math.inf, window_fraction=1.0
)
IDEAL_EDGE = Collimator(attenuation_per_mm=math.inf, opening_angle_deg=84.0)


def one_pinhole(
    *,
    distance_mm: float,
    focal_length_mm: float,
    aperture_mm: float = 5.1,
    detector: Detector = IDEAL_DETECTOR,
    collimator: Collimator = IDEAL_EDGE,
    grid: ImageGrid | None = None,
    **model: float,
) -> Camera:
    """A pinhole on the patient's front (+y) that looks back at the origin; columns grow along +x, rows along +z."""
    pinhole = Pinhole(
        position_mm=(0.0, float(distance_mm), 0.0),
        axis=(0.0, -1.0, 0.0),
        up=(0.0, 0.0, 1.0),
        aperture_mm=float(aperture_mm),
        focal_length_mm=float(focal_length_mm),
    )
    return Camera(
        name="one pinhole",
        pinholes=(pinhole,),
        detector=detector,
        collimator=collimator,
        grid=grid or ImageGrid(),
        model=ResponseModel(**{"nearest_mm": 45.0} | model),
    )


class Point:
    """What one pinhole's module detects of a photon emitted at a point, or in a box about it."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        (self.response,) = pinhole_responses(camera, camera.grid)

    def __call__(self, x: float, y: float, z: float) -> np.ndarray:
        image = np.zeros(self.camera.counts_shape[1:])
        for dx, dy, dz, weight in voxel_points(self.camera.grid, self.camera.model.voxel_samples):
            add_point(image, self.response, x + dx, y + dy, z + dz, weight, np.array([99, -1, 99, -1]))
        return image


def centroid(image: np.ndarray, pixel_mm: float = 1.0) -> np.ndarray:
    """Column and row of the mean count, from the module's middle."""
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in image.shape)
    return np.array([image.sum(0) @ columns, image.sum(1) @ rows]) / image.sum() * pixel_mm


def second_moments(image: np.ndarray, pixel_mm: float) -> np.ndarray:
    """Variance of the counts along columns and rows, mm²."""
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in image.shape)
    squares = np.array([image.sum(0) @ columns**2, image.sum(1) @ rows**2]) / image.sum()
    return (squares - centroid(image) ** 2) * pixel_mm**2
