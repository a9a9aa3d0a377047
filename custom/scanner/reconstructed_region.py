"""The part of its grid that a camera's images fill."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Vector, check_positive


@dataclass(frozen=True, kw_only=True)
class ReconstructedRegion:
    """A sphere about the grid's centre, cut towards head and feet and by a plane towards the pinholes.

    Beyond it, reconstruction piles up activity that the camera hardly sees. Lengths may be infinite.

    Args:
        radius_mm: of the sphere, mm.
        half_length_mm: from the centre to the cuts towards head and feet, mm.
        near_side_mm: from the centre to the plane, along the mean direction of the pinholes, mm.
    """

    radius_mm: float = math.inf
    half_length_mm: float = math.inf
    near_side_mm: float = math.inf

    def __post_init__(self) -> None:
        """Hold the rules that make a region valid."""
        check_positive(
            "reconstructed_region",
            radius_mm=self.radius_mm,
            half_length_mm=self.half_length_mm,
            near_side_mm=self.near_side_mm,
        )

    def voxels(self, grid: ImageGrid, pinholes_mm: Iterable[Vector]) -> np.ndarray:
        """Return which voxels lie inside, boolean, (x, y, z).

        Args:
            grid: of the images.
            pinholes_mm: positions of the apertures, patient coordinates, mm.
        """
        axes = (axis - centre for axis, centre in zip(grid.centres_mm(), grid.centre_mm, strict=True))
        x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
        towards = np.mean([*pinholes_mm], axis=0) - np.array(grid.centre_mm)
        right, anterior, head = towards / max(np.linalg.norm(towards), np.finfo(float).tiny)
        sphere = x**2 + y**2 + z**2 < self.radius_mm**2
        return sphere & (abs(z) <= self.half_length_mm) & (right * x + anterior * y + head * z < self.near_side_mm)
