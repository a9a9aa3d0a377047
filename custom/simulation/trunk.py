"""Solids of the trunk: its egg-shaped section, layers of its wall, and what lies below the diaphragm."""

from __future__ import annotations

from dataclasses import dataclass, replace

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

    def wider(self, by_mm: float) -> Trunk:
        """Return a trunk with its surface farther out, about everywhere."""
        return replace(self, half_width_mm=self.half_width_mm + by_mm, half_depth_mm=self.half_depth_mm + by_mm)

    def towards(self, other: Trunk, share: float) -> Trunk:
        """Return a trunk whose surface lies between this one's (0) and another's (1)."""
        between = {name: getattr(self, name) + share * (getattr(other, name) - getattr(self, name)) for name in _SHAPE}
        return replace(self, **between)

    def surface_mm(self, angle_rad: np.ndarray, z_mm: np.ndarray) -> np.ndarray:
        """Return points of the surface, the angle from dorsal (0) over right (π/2) to ventral (π), shape (..., 3)."""
        size = self.narrowing(z_mm)
        v = -np.cos(angle_rad)
        width = self.half_width_mm * size * (1 - self.keel * v)
        x, y = self.middle_x_mm + width * np.sin(angle_rad), self.middle_y_mm + self.half_depth_mm * size * v
        return np.stack(np.broadcast_arrays(x, y, z_mm), axis=-1)


_SHAPE = ("middle_x_mm", "middle_y_mm", "half_width_mm", "half_depth_mm")


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What lies inside one trunk and outside another."""

    outer: Trunk
    inner: Trunk

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        return self.outer.bounds_mm

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        return self.outer.contains(x, y, z) & ~self.inner.contains(x, y, z)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What lies near a trunk's surface, such as fascia; somewhat thinner across the trunk's shorter axis."""

    trunk: Trunk
    thickness_mm: float

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        return self.trunk.wider(self.thickness_mm).bounds_mm

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        share = np.float32(self.thickness_mm / (self.trunk.half_width_mm + self.trunk.half_depth_mm))
        squared = self.trunk.radius(x, y, z)
        return (squared > (1 - share) ** 2) & (squared < (1 + share) ** 2)


@dataclass(frozen=True, kw_only=True)
class Abdomen:
    """What lies below a domed diaphragm within a trunk, down to a tilted floor that may be cut into lobes.

    Args:
        trunk: it lies within.
        top_mm: top of the dome.
        curvature_per_mm: of the dome, along x and y.
        below_mm: how far below the dome it begins.
        floor_mm: height of the floor below the dome's top; no floor where it is −∞.
        floor_slope: of the floor, down to the right and to the front.
        lobe_mm: width of a lobe; between lobes a fissure reaches up from the rounded floor.
    """

    trunk: Trunk
    top_mm: np.ndarray
    curvature_per_mm: tuple[float, float]
    below_mm: float = 0.0
    floor_mm: float = -np.inf
    floor_slope: tuple[float, float] = (0.0, 0.0)
    lobe_mm: float = np.inf

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
            inside &= z > self._floor(x - np.float32(self.top_mm[0]), y - np.float32(self.top_mm[1]))
        return inside & self.trunk.contains(x, y, z)

    def _floor(self, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
        """Return the floor's height at distances from the dome's top."""
        floor = np.float32(self.floor_mm) - np.float32(self.floor_slope[0]) * dx - np.float32(self.floor_slope[1]) * dy
        if np.isfinite(self.lobe_mm):
            # lobes spread like a fan from the back, and bend
            across = (dx + np.float32(0.15) * np.sin(dy / 14) * self.lobe_mm) / (
                np.float32(self.lobe_mm) * (1 + dy / 160)
            )
            from_fissure = np.abs(across - np.rint(across))
            rounding, depth = (
                np.float32(0.30 * self.lobe_mm),
                np.float32(self.lobe_mm) * (0.75 + 0.35 * np.sin(dy / 17)),
            )
            floor = floor + rounding * (1 - np.sqrt(1 - (1 - 2 * from_fissure) ** 2))
            floor = floor + depth * (from_fissure * self.lobe_mm < 0.55)
        return floor


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
