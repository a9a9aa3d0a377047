"""Tissue maps of a virtual animal on any grid."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from custom.errors import BadInput
from custom.reconstruction.regions import Region
from custom.scanner.grid import ImageGrid
from custom.simulation.animal import Animal
from custom.simulation.breathing import breathed_heart, breathed_thorax
from custom.simulation.heart import BeatingHeart, place_heart
from custom.simulation.heart_parts import heart_parts
from custom.simulation.lungs import thicken_dependent
from custom.simulation.organs import Detail, draw_detail, trunk_parts
from custom.simulation.painting import Canvas
from custom.simulation.position import AT_REST, Position
from custom.simulation.thorax import Thorax, build_thorax
from custom.simulation.tissues import REGIONS, Tissue
from custom.simulation.waves import random_displacement

TRUNKS_KEPT = 8  # painting one takes longest; a breath in four steps, before and after a shift, are eight


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """The tissues of one animal, on a grid finer than the camera's.

    Args:
        animal: drawn numbers.
        thorax: trunk and heart at end-expiration, not moved.
        detail: vessels, loops and irregularities of its own.
        canvas: the fine grid, and the smooth displacement by which individuals differ beyond the drawn numbers.
    """

    animal: Animal
    thorax: Thorax
    detail: Detail
    canvas: Canvas
    _trunks: dict[Position, np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def grid(self) -> ImageGrid:
        """The fine grid."""
        return self.canvas.grid

    @property
    def beating(self) -> BeatingHeart:
        """The heart at end-expiration, not moved; its left ventricle lies near the grid's centre."""
        return self.thorax.beating

    def trunk(self, position: Position = AT_REST) -> np.ndarray:
        """Return the tissues of everything but the heart, shape (x, y, z), uint8; the last few positions are kept."""
        if position not in self._trunks:
            tissues = np.zeros(self.grid.shape, dtype=np.uint8)
            thorax = breathed_thorax(self.thorax, self.animal, position.breath)
            self.canvas.paint(tissues, trunk_parts(thorax, self.thorax, self.detail), position.shift_mm)
            axes = [c - s for c, s in zip(self.grid.centres_mm(), position.shift_mm, strict=True)]
            thicken_dependent(tissues, axes, thorax.cavity, self.detail.lungs.texture)
            tissues.setflags(write=False)
            while len(self._trunks) >= TRUNKS_KEPT:
                del self._trunks[next(iter(self._trunks))]
            self._trunks[position] = tissues
        return self._trunks[position]

    def at(self, volume_ml: float, position: Position = AT_REST) -> np.ndarray:
        """Return the tissues when the left ventricle's cavity has a volume, shape (x, y, z), uint8, see `Tissue`.

        A breath takes the diaphragm down with what lies below it, and the heart by its share; lungs fill the room,
        while chest wall, ribs and spine stay.

        Args:
            volume_ml: between end-systole and end-diastole.
            position: breath and shift of the body.
        """
        tissues = self.trunk(position).copy()
        beating = breathed_heart(self.beating, self.animal, position.breath)
        self.canvas.paint(tissues, heart_parts(beating, volume_ml), position.shift_mm)
        return tissues


def build_anatomy(animal: Animal, grid: ImageGrid, generator: np.random.Generator) -> Anatomy:
    """Return the anatomy of an animal on a grid, its left ventricle near the grid's centre.

    Args:
        animal: drawn numbers.
        grid: the fine grid.
        generator: draws the smooth deformation, then vessels and loops.

    Raises:
        BadInput: a heart that does not fit into the thorax or leaves the grid.
    """
    displacement = random_displacement(generator, rms_mm=animal.body.deformation_mm)
    thorax = fit_thorax(animal, grid)
    return Anatomy(
        animal=animal,
        thorax=thorax,
        detail=draw_detail(thorax, generator),
        canvas=Canvas(grid=grid, displacement=displacement),
    )


def fit_thorax(animal: Animal, grid: ImageGrid) -> Thorax:
    """Return the trunk of an animal around its heart, which lies near the grid's centre.

    Raises:
        BadInput: a heart that does not fit into the thorax or leaves the grid.
    """
    thorax = build_thorax(place_heart(animal.body, animal.heart, grid.centre_mm))
    _hold_within(grid, thorax.beating, animal)
    return thorax


def _hold_within(grid: ImageGrid, beating: BeatingHeart, animal: Animal) -> None:
    """Refuse a left ventricle that lies beyond the grid, before or after the body's shift."""
    motion = animal.motion
    shift = np.array([motion.shift_right_mm, motion.shift_anterior_mm, motion.shift_head_mm])
    low, high = beating.left_outer(beating.largest_ml).bounds_mm
    edges = np.array([(axis[0], axis[-1]) for axis in grid.centres_mm()]).T
    if (np.minimum(low, low + shift) < edges[0]).any() or (np.maximum(high, high + shift) > edges[1]).any():
        raise BadInput(
            "the left ventricle must lie within the field of view; check offsets in the section heart, shifts in motion"
        )


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
