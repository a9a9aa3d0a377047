"""Coronary arteries in the fat of their grooves, as far as a CT shows them.

Fixed proportions are assumed, after topographic anatomy of the dog.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.simulation.heart import BeatingHeart, grown
from custom.simulation.solids import Ellipsoid, RoundCone, tube

ABOVE_WALL_MM = 1.7  # of a vessel's middle over the muscle
MAIN_MM, BRANCH_MM = 1.35, 0.95  # radii at 25 kg
GROOVE_FAT_RADIUS_MM = 4.2
DIAGONALS = ((1, -192.0), (3, -148.0))  # where on the anterior groove they start; degrees from the septum at their end


@dataclass(frozen=True, kw_only=True)
class Grooves:
    """Points along the grooves of the heart's surface, mm.

    Args:
        anterior, posterior: between the ventricles, in front and below, from the base to near the apex.
        left: around the base of the left ventricle, from the one to the other.
        right: around the base of the right ventricle.
        diagonals: branches over the free wall.
    """

    anterior: np.ndarray
    posterior: np.ndarray
    left: np.ndarray
    right: np.ndarray
    diagonals: tuple[np.ndarray, ...]


def find_grooves(beating: BeatingHeart, volume_ml: float, right_outer: Ellipsoid) -> Grooves:
    """Find where the right ventricle's outer surface meets the left one's."""
    left, over = beating.left_outer(volume_ml), grown(right_outer, ABOVE_WALL_MM)
    heights = np.linspace(left.cut_mm + 2.0, 0.80 * left.semi_axes_mm[0], 9)
    front, back = (np.array([_groove_angle(left, over, height, sign) for height in heights]) for sign in (-1, 1))
    return Grooves(
        anterior=_on_wall(left, heights, front),
        posterior=_on_wall(left, heights[:7], back[:7]),
        left=_on_wall(left, np.full(12, heights[0]), np.linspace(front[0], back[0] - 2 * np.pi, 12)),
        right=_around_right_base(over),
        diagonals=tuple(
            _on_wall(left, heights[first:8], np.linspace(front[first], np.radians(end), 8 - first))
            for first, end in DIAGONALS
        ),
    )


def coronary_arteries(grooves: Grooves, scale: float) -> list[RoundCone]:
    """Return the arteries: both interventricular, circumflex, right, and branches on the left ventricle's free wall."""
    main, branch = MAIN_MM * scale, BRANCH_MM * scale

    def artery(points: np.ndarray, start_mm: float, end_mm: float) -> list[RoundCone]:
        return tube(list(points), np.linspace(start_mm, end_mm, len(points)))

    return [
        *artery(grooves.anterior, main, branch),
        *artery(grooves.posterior, branch, 0.9 * branch),
        *artery(grooves.left, 1.1 * main, branch),
        *artery(grooves.right, main, branch),
        *(piece for points in grooves.diagonals for piece in artery(points, branch, 0.9 * branch)),
    ]


def groove_fat(grooves: Grooves, scale: float) -> list[RoundCone]:
    """Return the fat that fills the grooves; what of it lies within muscle is painted over."""
    paths = (grooves.anterior, grooves.posterior, grooves.left, grooves.right)
    return [piece for points in paths for piece in tube(list(points), GROOVE_FAT_RADIUS_MM * scale)]


def _on_wall(left: Ellipsoid, along_mm: np.ndarray, angle_rad: np.ndarray) -> np.ndarray:
    """Return points over the left ventricle's outer surface, shape (point, 3)."""
    length, width, _ = left.semi_axes_mm
    radius = width * np.sqrt(np.maximum(0, 1 - (along_mm / length) ** 2)) + ABOVE_WALL_MM
    offsets = np.stack([along_mm, radius * np.cos(angle_rad), radius * np.sin(angle_rad)], axis=-1)
    return left.centre_mm + offsets @ left.axes


def _groove_angle(left: Ellipsoid, over_right: Ellipsoid, along_mm: float, sign: int) -> float:
    """Return the angle at which the left ventricle's surface leaves the right one, in front (−1) or below (1)."""
    angles = sign * np.radians(np.arange(20.0, 150.0, 2.0))
    outside = ~over_right.contains(*_on_wall(left, np.full(len(angles), along_mm), angles).T)
    return float(angles[np.flatnonzero(outside)[0]] if outside.any() else angles[-1])


def _around_right_base(over_right: Ellipsoid) -> np.ndarray:
    """Return points around the right ventricle's base, from the aorta in front to the groove below."""
    a, b, c = over_right.semi_axes_mm
    along = over_right.cut_mm + 3.0
    size, angles = np.sqrt(1 - (along / a) ** 2), np.radians(np.linspace(-55.0, 80.0, 9))
    offsets = np.stack([np.full(9, along), b * size * np.cos(angles), c * size * np.sin(angles)], axis=-1)
    return over_right.centre_mm + offsets @ over_right.axes
