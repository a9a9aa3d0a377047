"""The heart's place and its ventricles at one moment of the beat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import brentq

from custom.errors import BadInput
from custom.simulation.animal import Body, Heart
from custom.simulation.solids import Ellipsoid
from custom.simulation.ventricle import LeftVentricle, end_diastolic_volume_ml, left_ventricle_at


@dataclass(frozen=True, kw_only=True)
class HeartPose:
    """Where the heart lies: the apex stays put while it beats, the base moves.

    Args:
        axes: rows: long axis from base to apex, from the left ventricle to the septum, and inferior; orthonormal.
        apex_mm: outermost point of the left ventricle's apex.
        middle_mm: half-way between apex and valve plane at end-diastole.
    """

    axes: np.ndarray
    apex_mm: np.ndarray
    middle_mm: np.ndarray


@dataclass(frozen=True, kw_only=True)
class BeatingHeart:
    """The heart of one animal, which can be asked for its parts at any volume of its left ventricle."""

    body: Body
    heart: Heart
    pose: HeartPose

    @cached_property
    def largest_ml(self) -> float:
        """The left ventricle's volume at end-diastole."""
        return end_diastolic_volume_ml(self.body, self.heart)

    def twist_rad(self, volume_ml: float, along_mm: float) -> float:
        """Return how far the wall has turned about the long axis at a height over the equator, towards the apex.

        The base stays; the apex turns anticlockwise, seen from the apex, by the drawn twist at end-systole, and
        heights between and volumes between in proportion.
        """
        shape, _ = self.left_ventricle(volume_ml)
        ejected = (1 - volume_ml / self.largest_ml) / self.heart.ejection_fraction
        height = (along_mm + shape.base_mm) / (shape.half_length_mm + shape.base_mm)
        return float(np.radians(self.heart.twist_deg) * ejected * height)

    def left_ventricle(self, volume_ml: float) -> tuple[LeftVentricle, np.ndarray]:
        """Return the left ventricle's shape and the centre of its ellipsoids."""
        shape = left_ventricle_at(volume_ml, self.body, self.heart)
        return shape, self.pose.apex_mm - self.pose.axes[0] * shape.outer_half_length_mm

    def left_outer(self, volume_ml: float) -> Ellipsoid:
        """Return the left ventricle with its wall."""
        shape, centre = self.left_ventricle(volume_ml)
        return Ellipsoid(
            centre_mm=centre,
            axes=self.pose.axes,
            semi_axes_mm=(shape.outer_half_length_mm, shape.outer_radius_mm, shape.outer_radius_mm),
            cut_mm=-shape.base_mm,
        )

    def right_cavity(self, volume_ml: float) -> Ellipsoid:
        """Return the ellipsoid that, outside the left ventricle, is the right one's cavity: a crescent.

        Both ventricles eject the same volume; the crescent's depth is solved for it.

        Raises:
            BadInput: a right ventricle too large or too small to lie beside the left.
        """
        left = self.left_outer(volume_ml)
        target = self.heart.right_over_left_volume * self.largest_ml - (self.largest_ml - volume_ml)

        def excess_ml(depth_mm: float) -> float:
            return volume_outside_ml(self._right_ellipsoid(volume_ml, depth_mm), left) - target

        radius = left.semi_axes_mm[1]
        if excess_ml(0.3 * radius) * excess_ml(3 * radius) > 0:
            raise BadInput(f"no right ventricle of {target:.0f} ml fits beside the left; check right_over_left_volume")
        return self._right_ellipsoid(volume_ml, brentq(excess_ml, 0.3 * radius, 3 * radius, xtol=0.05))

    def _right_ellipsoid(self, volume_ml: float, depth_mm: float) -> Ellipsoid:
        shape, centre = self.left_ventricle(volume_ml)
        toward_base = 0.1 * shape.outer_half_length_mm
        return Ellipsoid(
            centre_mm=centre + self.pose.axes[1] * 0.62 * shape.outer_radius_mm - self.pose.axes[0] * toward_base,
            axes=self.pose.axes,
            semi_axes_mm=(0.88 * shape.outer_half_length_mm, depth_mm, 1.08 * shape.outer_radius_mm),
            cut_mm=toward_base - shape.base_mm,
        )

    def right_wall_mm(self, volume_ml: float) -> float:
        """Return the thickness of the right ventricle's free wall, which keeps its volume."""
        thickness = self.heart.right_wall_mm * self.body.scale

        def muscle_ml(volume_ml: float, wall_mm: float) -> float:
            left, right = self.left_outer(volume_ml), self.right_cavity(volume_ml)
            return volume_outside_ml(grown(right, wall_mm), left) - volume_outside_ml(right, left)

        target = muscle_ml(self.largest_ml, thickness)
        return brentq(lambda w: muscle_ml(volume_ml, w) - target, 0.8 * thickness, 4 * thickness, xtol=0.05)

    def base_point(self, volume_ml: float, *, beyond_mm: float, septal: float, inferior: float) -> np.ndarray:
        """Return a point over the valve plane; septal and inferior count in end-diastolic outer radii."""
        shape, centre = self.left_ventricle(volume_ml)
        radius = self.left_ventricle(self.largest_ml)[0].outer_radius_mm
        offsets = np.array([-shape.base_mm - beyond_mm, septal * radius, inferior * radius])
        return centre + offsets @ self.pose.axes


def place_heart(body: Body, heart: Heart, centre_mm: tuple[float, float, float]) -> BeatingHeart:
    """Return the heart with the middle of its left ventricle near a point, its apex to the left, front and feet."""
    left, feet, roll = np.radians([heart.axis_left_deg, heart.axis_feet_deg, heart.roll_deg])
    long_axis = np.array([-np.cos(feet) * np.sin(left), np.cos(feet) * np.cos(left), -np.sin(feet)])
    septal = np.array([0.80, 0.50, 0.30])
    septal -= long_axis * (septal @ long_axis)
    septal /= np.linalg.norm(septal)
    inferior = np.cross(long_axis, septal)
    septal, inferior = np.cos(roll) * septal + np.sin(roll) * inferior, np.cos(roll) * inferior - np.sin(roll) * septal
    offset = np.array([heart.offset_right_mm, heart.offset_anterior_mm, heart.offset_head_mm])
    middle = np.array(centre_mm) + offset
    shape = left_ventricle_at(end_diastolic_volume_ml(body, heart), body, heart)
    apex = middle + long_axis * (shape.outer_half_length_mm + shape.base_mm) / 2
    pose = HeartPose(axes=np.stack([long_axis, septal, inferior]), apex_mm=apex, middle_mm=middle)
    return BeatingHeart(body=body, heart=heart, pose=pose)


def grown(solid: Ellipsoid, by_mm: float, *, beyond_cut_mm: float = 0.0) -> Ellipsoid:
    """Return a larger ellipsoid, cut by the same plane, so that valves stay open, or a little beyond."""
    a, b, c = solid.semi_axes_mm
    return replace(solid, semi_axes_mm=(a + by_mm, b + by_mm, c + by_mm), cut_mm=solid.cut_mm - beyond_cut_mm)


def volume_outside_ml(solid: Ellipsoid, other: Ellipsoid, *, step_mm: float = 1.5) -> float:
    """Volume of one ellipsoid outside another, counted on a grid."""
    low, high = solid.bounds_mm
    axes = [np.arange(a, b + step_mm, step_mm, dtype=np.float32) for a, b in zip(low, high, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    return float((solid.contains(x, y, z) & ~other.contains(x, y, z)).sum()) * step_mm**3 / 1000
