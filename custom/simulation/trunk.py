"""Solids of the trunk: its egg-shaped section, ribs, and what lies below the diaphragm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.simulation.solids import Bounds, Solid


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A long body with an egg-shaped section: narrower towards the sternum and towards the neck."""

    middle_x_mm: float
    middle_y_mm: float
    half_width_mm: float
    half_depth_mm: float
    keel: float
    taper: float
    taper_from_z_mm: float

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner; without end along z."""
        width = self.half_width_mm * (1 + self.keel)
        middle, reach = np.array([self.middle_x_mm, self.middle_y_mm, 0]), np.array([width, self.half_depth_mm, np.inf])
        return middle - reach, middle + reach

    def narrowing(self, z: np.ndarray) -> np.ndarray:
        """Return the section's size over that at the diaphragm."""
        return 1 - self.taper * np.clip((z - self.taper_from_z_mm) / np.float32(120), 0, 1.5) ** 2

    def radius(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the squared distance from the middle line, 1 on the surface."""
        size = self.narrowing(z)
        v = (y - np.float32(self.middle_y_mm)) / (np.float32(self.half_depth_mm) * size)
        width = np.float32(self.half_width_mm) * size * (1 - np.float32(self.keel) * v)
        return ((x - np.float32(self.middle_x_mm)) / width) ** 2 + v**2

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        return self.radius(x, y, z) < 1


@dataclass(frozen=True, kw_only=True)
class Ribs:
    """Every rib of a chest wall between two trunks: bands that run down and forward to the cartilage."""

    outer: Trunk
    inner: Trunk
    spacing_mm: float
    cartilage_y_mm: float

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        return self.outer.bounds_mm

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        level, middle = np.float32(self.inner.taper_from_z_mm), np.float32(self.inner.middle_y_mm)
        along = (z - level + np.float32(0.35) * (y - middle)) / np.float32(self.spacing_mm)
        band = (along - np.floor(along) < 0.36) & (y < self.cartilage_y_mm)
        return band & self.outer.contains(x, y, z) & ~self.inner.contains(x, y, z)


@dataclass(frozen=True, kw_only=True)
class Abdomen:
    """What lies below a domed diaphragm within a trunk, down to a tilted floor."""

    trunk: Trunk
    top_mm: np.ndarray
    curvature_per_mm: tuple[float, float]
    below_mm: float = 0.0
    floor_mm: float = -np.inf
    floor_slope: float = 0.0

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        low, high = self.trunk.bounds_mm
        return low, np.minimum(high, [np.inf, np.inf, self.top_mm[2]])

    def depth(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return how far the dome's surface lies below its top."""
        cx, cy = (np.float32(c) for c in self.curvature_per_mm)
        return cx * (x - np.float32(self.top_mm[0])) ** 2 + cy * (y - np.float32(self.top_mm[1])) ** 2

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        inside = z < np.float32(self.top_mm[2] - self.below_mm) - self.depth(x, y)
        if np.isfinite(self.floor_mm):
            inside &= z > np.float32(self.floor_mm) - np.float32(self.floor_slope) * (x - np.float32(self.top_mm[0]))
        return inside & self.trunk.contains(x, y, z)


@dataclass(frozen=True, kw_only=True)
class Within:
    """The part of a solid that lies inside another."""

    solid: Solid
    limit: Solid

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        (low, high), (lowest, highest) = self.solid.bounds_mm, self.limit.bounds_mm
        return np.maximum(low, lowest), np.minimum(high, highest)

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        return self.solid.contains(x, y, z) & self.limit.contains(x, y, z)
