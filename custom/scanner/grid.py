"""The reconstruction's voxel grid in patient coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, kw_only=True)
class ImageGrid:
    """A box of voxels along the patient's axes (x, y, z), RAS+ millimetres.

        position of voxel (i, j, k) = centre + ((i, j, k) − (shape − 1) / 2) · spacing

    Args:
        shape: number of voxels along x (right), y (anterior), z (head).
        spacing_mm: edge lengths of a voxel, mm.
        centre_mm: middle of the box, mm.

    Raises:
        ValueError: empty shape, or spacing that is not positive.
    """

    shape: tuple[int, int, int] = (70, 70, 50)
    spacing_mm: tuple[float, float, float] = (4.0, 4.0, 4.0)
    centre_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        """Hold the rules that make a grid valid."""
        for name in ("shape", "spacing_mm", "centre_mm"):
            if len(getattr(self, name)) != 3:
                raise ValueError(f"a grid's {name} has three entries (x, y, z), got {getattr(self, name)}")
        if any(n != int(n) or n < 1 for n in self.shape):
            raise ValueError(f"a grid's shape is three positive whole numbers, got {self.shape}")
        if not all(0 < s < math.inf for s in self.spacing_mm):
            raise ValueError(f"a grid's spacing_mm is positive, got {self.spacing_mm}; were directions mixed in?")

    @property
    def affine(self) -> np.ndarray:
        """Matrix (4, 4) from voxel indices to the world position of the voxel's centre, mm."""
        affine = np.diag([*self.spacing_mm, 1.0])
        affine[:3, 3] = [axis[0] for axis in self.centres_mm()]
        return affine

    @property
    def n_voxels(self) -> int:
        """Number of voxels."""
        return math.prod(self.shape)

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel, mm³."""
        return math.prod(self.spacing_mm)

    def centres_mm(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Coordinates of the voxels' centres along x, y and z, mm."""
        x, y, z = (
            centre + (np.arange(n) - (n - 1) / 2) * spacing
            for n, spacing, centre in zip(self.shape, self.spacing_mm, self.centre_mm, strict=True)
        )
        return x, y, z

    def refined(self, factor: int) -> ImageGrid:
        """Return the same box cut into voxels `factor` times finer along every axis."""
        if factor != int(factor) or factor < 1:
            raise ValueError(f"a grid is refined by a positive whole number, got {factor}")
        nx, ny, nz = (n * int(factor) for n in self.shape)
        sx, sy, sz = (s / factor for s in self.spacing_mm)
        return replace(self, shape=(nx, ny, nz), spacing_mm=(sx, sy, sz))
