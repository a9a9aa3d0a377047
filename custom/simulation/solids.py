"""Solids that anatomy is built of: they say which points lie inside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.interpolate import CubicSpline

Bounds = tuple[np.ndarray, np.ndarray]


@runtime_checkable
class Solid(Protocol):
    """A part of space."""

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner of a box around it."""
        ...

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ellipsoid:
    """An ellipsoid, perhaps cut off by a plane across its first axis.

    Args:
        centre_mm: its centre, shape (3,).
        axes: orthonormal directions of its axes, one a row, shape (3, 3).
        semi_axes_mm: half lengths along them.
        cut_mm: what lies lower than this along the first axis, from the centre, does not belong to it.
    """

    centre_mm: np.ndarray
    semi_axes_mm: tuple[float, float, float]
    axes: np.ndarray = field(default_factory=lambda: np.eye(3))
    cut_mm: float = -np.inf

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner of the uncut ellipsoid's box."""
        reach = np.sqrt(((self.axes * np.array(self.semi_axes_mm)[:, None]) ** 2).sum(axis=0))
        return self.centre_mm - reach, self.centre_mm + reach

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        dx, dy, dz = (c - centre for c, centre in zip((x, y, z), self.centre_mm.astype(np.float32), strict=True))
        rows = (self.axes / np.array(self.semi_axes_mm)[:, None]).astype(np.float32)
        inside = sum((ax * dx + ay * dy + az * dz) ** 2 for ax, ay, az in rows) < np.float32(1)
        if np.isfinite(self.cut_mm):
            ax, ay, az = self.axes[0].astype(np.float32)
            inside &= ax * dx + ay * dy + az * dz > self.cut_mm
        return inside


@dataclass(frozen=True, kw_only=True)
class RoundCone:
    """All points nearer to a straight line than its radius, which changes evenly from end to end."""

    start_mm: np.ndarray
    end_mm: np.ndarray
    start_radius_mm: float
    end_radius_mm: float

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner of its box."""
        radius = max(self.start_radius_mm, self.end_radius_mm)
        return np.minimum(self.start_mm, self.end_mm) - radius, np.maximum(self.start_mm, self.end_mm) + radius

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        along = (self.end_mm - self.start_mm).astype(np.float32)
        dx, dy, dz = (c - start for c, start in zip((x, y, z), self.start_mm.astype(np.float32), strict=True))
        t = np.clip((dx * along[0] + dy * along[1] + dz * along[2]) / (along @ along), 0, 1)
        radius = self.start_radius_mm + t * np.float32(self.end_radius_mm - self.start_radius_mm)
        return (dx - t * along[0]) ** 2 + (dy - t * along[1]) ** 2 + (dz - t * along[2]) ** 2 < radius**2


@dataclass(frozen=True, kw_only=True)
class Drum:
    """A cylinder with flat ends, perhaps slimmer half-way, as a vertebral body.

    Args:
        start_mm, end_mm: middles of its ends.
        radius_mm: at the ends.
        waist: how much slimmer it is half-way, relative.
    """

    start_mm: np.ndarray
    end_mm: np.ndarray
    radius_mm: float
    waist: float = 0.0

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner of its box."""
        low, high = np.minimum(self.start_mm, self.end_mm), np.maximum(self.start_mm, self.end_mm)
        return low - self.radius_mm, high + self.radius_mm

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        along = (self.end_mm - self.start_mm).astype(np.float32)
        dx, dy, dz = (c - start for c, start in zip((x, y, z), self.start_mm.astype(np.float32), strict=True))
        t = (dx * along[0] + dy * along[1] + dz * along[2]) / (along @ along)
        radius = np.float32(self.radius_mm) * (1 - np.float32(4 * self.waist) * t * (1 - t))
        across = (dx - t * along[0]) ** 2 + (dy - t * along[1]) ** 2 + (dz - t * along[2]) ** 2
        return (across < radius**2) & (t > 0) & (t < 1)


@dataclass(frozen=True, kw_only=True)
class HalfSpace:
    """All points on one side of a plane.

    Args:
        point_mm: on the plane.
        outward: direction away from the half-space, any length.
    """

    point_mm: np.ndarray
    outward: np.ndarray

    @property
    def bounds_mm(self) -> Bounds:
        """It has no ends."""
        return np.full(3, -np.inf), np.full(3, np.inf)

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        ox, oy, oz = self.outward.astype(np.float32)
        return ox * x + oy * y + oz * z < np.float32(self.outward @ self.point_mm)


def tube(
    points_mm: Sequence[np.ndarray], radii_mm: np.ndarray | Sequence[float] | float, *, step_mm: float = 6.0
) -> list[RoundCone]:
    """Return a vessel along a smooth curve through the points, as a chain of round cones."""
    points = np.asarray(points_mm, dtype=float)
    radii = np.broadcast_to(np.asarray(radii_mm, dtype=float), len(points))
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    curve = CubicSpline(length, points)
    stations = np.linspace(0, length[-1], int(np.ceil(length[-1] / step_mm)) + 1)
    sizes = np.interp(stations, length, radii)
    return [
        RoundCone(start_mm=curve(a), end_mm=curve(b), start_radius_mm=ra, end_radius_mm=rb)
        for (a, ra), (b, rb) in pairwise(zip(stations, sizes, strict=True))
    ]


def thicker(piece: RoundCone, by_mm: float) -> RoundCone:
    """Return a round cone whose radii are larger, or smaller for a negative length."""
    start, end = piece.start_radius_mm + by_mm, piece.end_radius_mm + by_mm
    return replace(piece, start_radius_mm=start, end_radius_mm=end)
