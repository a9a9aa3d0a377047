"""Painting solids onto a grid, each voxel by where its centre comes from in the undeformed animal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from custom.scanner.grid import ImageGrid
from custom.simulation.tissues import Part
from custom.simulation.waves import PlaneWaves

SLAB = 8  # planes painted at a time: they fit in the processor's cache
Box = tuple[slice, slice, slice]


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A grid over a smoothly deformed animal.

        q(p) = p − s + d(p − s) − d(c)

    is the point of the undeformed animal that lies at p, for a shift s of the body; the grid's centre c stays in place.

    Args:
        grid: voxels to paint.
        displacement: d.
    """

    grid: ImageGrid
    displacement: PlaneWaves

    @cached_property
    def _at_centre(self) -> np.ndarray:
        return self.displacement.at_points(np.array(self.grid.centre_mm))

    def coordinates(self, box: Box, shift_mm: Sequence[float]) -> np.ndarray:
        """Return q of a box of voxels, mm, shape (3, x, y, z), float32."""
        axes = [c[part] - s for c, part, s in zip(self.grid.centres_mm(), box, shift_mm, strict=True)]
        found = self.displacement.at(*axes)
        x, y, z = ((axis - moved).astype(np.float32) for axis, moved in zip(axes, self._at_centre, strict=True))
        found[0] += x[:, None, None]
        found[1] += y[:, None]
        found[2] += z
        return found

    def paint(self, tissues: np.ndarray, parts: Sequence[Part], shift_mm: Sequence[float] = (0.0, 0.0, 0.0)) -> None:
        """Write each part's tissue wherever its solid is, the later over the earlier.

        Args:
            tissues: tissue map to paint on, shape (x, y, z), uint8.
            parts: solids, in millimetres of the undeformed animal, with their tissues.
            shift_mm: s.
        """
        starts, ends = self._boxes(parts, np.array(shift_mm))
        low, high = starts.min(axis=0), ends.max(axis=0)
        for first in range(low[0], high[0], SLAB):
            last = min(first + SLAB, high[0])
            slab = (slice(first, last), slice(low[1], high[1]), slice(low[2], high[2]))
            coordinates, piece = self.coordinates(slab, shift_mm), tissues[slab]
            a = np.maximum(starts, (first, 0, 0)) - (first, *low[1:])
            b = np.minimum(ends, (last, *high[1:])) - (first, *low[1:])
            for n in np.flatnonzero((a < b).all(axis=1)).tolist():
                box = tuple(slice(*pair) for pair in zip(a[n], b[n], strict=True))
                solid, tissue = parts[n]
                piece[box][solid.contains(*coordinates[(slice(None), *box)])] = tissue

    def _boxes(self, parts: Sequence[Part], shift_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return first and last voxels of a box around each part, shape (part, 3) each.

        The corners, edges' and faces' middles of a part's own box are taken through the deformation; what bends
        between them adds a margin.
        """
        centres, spacing = self.grid.centres_mm(), np.array(self.grid.spacing_mm)
        reach = np.abs(self.displacement.amplitudes).sum(axis=0) + np.abs(self._at_centre) + np.abs(shift_mm)
        bounds = np.array([solid.bounds_mm for solid, _ in parts])
        edges = np.array([[c[0] - 2 * r, c[-1] + 2 * r] for c, r in zip(centres, reach, strict=True)]).T
        low, high = np.clip(bounds, edges[0], edges[1]).transpose(1, 0, 2)
        lattice = np.stack(np.meshgrid(*[np.array([0.0, 0.5, 1.0])] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
        points = low + lattice * (high - low)
        origins = points
        for _ in range(4):
            origins = points - self.displacement.at_points(origins) + self._at_centre
        bend = np.minimum(0.5 + 4e-4 * (high - low).max(axis=1, keepdims=True) ** 2, reach) + spacing
        lowest, highest = origins.min(axis=0) + shift_mm - bend, origins.max(axis=0) + shift_mm + bend
        starts = [np.searchsorted(c, a) for c, a in zip(centres, lowest.T, strict=True)]
        ends = [np.searchsorted(c, b) for c, b in zip(centres, highest.T, strict=True)]
        return np.stack(starts, axis=1), np.stack(ends, axis=1)
