"""Tissue maps of a virtual animal on any grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from custom.reconstruction.regions import Region
from custom.scanner.grid import ImageGrid
from custom.simulation.animal import Animal
from custom.simulation.heart import BeatingHeart, place_heart
from custom.simulation.heart_parts import heart_parts
from custom.simulation.organs import trunk_parts
from custom.simulation.thorax import build_thorax
from custom.simulation.tissues import REGIONS, Part, Tissue
from custom.simulation.waves import PlaneWaves, random_displacement

SLAB = 8  # planes painted at a time: they fit in the processor's cache


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """The tissues of one animal, on a grid finer than the camera's.

    Args:
        animal: drawn numbers.
        grid: the fine grid.
        displacement: smooth displacement, by which individuals differ beyond the drawn numbers.
    """

    animal: Animal
    grid: ImageGrid
    displacement: PlaneWaves

    @cached_property
    def beating(self) -> BeatingHeart:
        """The heart, its left ventricle near the grid's centre."""
        return place_heart(self.animal.body, self.animal.heart, self.grid.centre_mm)

    @cached_property
    def coordinates(self) -> np.ndarray:
        """Where each voxel's centre comes from in the undeformed animal, mm, shape (3, x, y, z), float32."""
        x, y, z = self.grid.centres_mm()
        shift = self.displacement.at(x, y, z).astype(np.float32)
        # Without its mean the heart stays where it was drawn.
        shift -= shift.mean(axis=(1, 2, 3), keepdims=True)
        shift[0] += x.astype(np.float32)[:, None, None]
        shift[1] += y.astype(np.float32)[None, :, None]
        shift[2] += z.astype(np.float32)[None, None, :]
        return shift

    @cached_property
    def trunk(self) -> np.ndarray:
        """Tissues of everything but the heart, shape (x, y, z), uint8."""
        tissues = np.zeros(self.grid.shape, dtype=np.uint8)
        self._paint(tissues, trunk_parts(build_thorax(self.beating)))
        return tissues

    def at(self, volume_ml: float) -> np.ndarray:
        """Return the tissues when the left ventricle's cavity has a volume, shape (x, y, z), uint8, see `Tissue`."""
        tissues = self.trunk.copy()
        self._paint(tissues, heart_parts(self.beating, volume_ml))
        return tissues

    def _paint(self, tissues: np.ndarray, parts: Sequence[Part]) -> None:
        centres = self.grid.centres_mm()
        reach = np.abs(self.displacement.amplitudes).sum(axis=0) + np.array(self.grid.spacing_mm)
        boxes = []
        for solid, tissue in parts:
            low, high = solid.bounds_mm
            starts = [np.searchsorted(c, a) for c, a in zip(centres, low - reach, strict=True)]
            ends = [np.searchsorted(c, b) for c, b in zip(centres, high + reach, strict=True)]
            boxes.append((solid, tissue, starts, ends))
        for first in range(0, self.grid.shape[0], SLAB):
            for solid, tissue, starts, ends in boxes:
                box = (
                    slice(max(first, starts[0]), min(first + SLAB, ends[0])),
                    slice(starts[1], ends[1]),
                    slice(starts[2], ends[2]),
                )
                if box[0].start < box[0].stop:
                    inside = solid.contains(*self.coordinates[(slice(None), *box)])
                    tissues[box][inside] = tissue


def build_anatomy(animal: Animal, grid: ImageGrid, generator: np.random.Generator) -> Anatomy:
    """Return the anatomy of an animal on a grid; the generator draws the smooth deformation."""
    displacement = random_displacement(generator, rms_mm=animal.body.deformation_mm)
    return Anatomy(animal=animal, grid=grid, displacement=displacement)


def block_mean(values: np.ndarray, factor: int) -> np.ndarray:
    """Return the mean of each block of factor³ voxels, float32: the value of a voxel on the coarser grid."""
    return _blocks(values, factor).mean(axis=(1, 3, 5), dtype=np.float32)


def majority_regions(tissues: np.ndarray, factor: int) -> Tensor:
    """Return the label map on a grid coarser by a factor: in each voxel the region that fills most of it.

    Args:
        tissues: fine map, see `Tissue`, shape (x, y, z).
        factor: fine voxels along an edge of a coarse one.

    Returns:
        Region numbers, uint8, shape (x, y, z) / factor; of two that fill as much the lower number.
    """
    lookup = np.array([REGIONS[tissue] for tissue in Tissue], dtype=np.uint8)
    regions = lookup[tissues]
    shares = np.stack([_blocks(regions == region, factor).sum(axis=(1, 3, 5), dtype=np.uint16) for region in Region])
    return torch.from_numpy(shares.argmax(axis=0).astype(np.uint8))


def _blocks(values: np.ndarray, factor: int) -> np.ndarray:
    if any(n % factor for n in values.shape):
        raise ValueError(f"a map of shape {values.shape} cannot be cut into blocks of {factor}")
    x, y, z = (n // factor for n in values.shape)
    return values.reshape(x, factor, y, factor, z, factor)
