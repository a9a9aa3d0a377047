"""The heart and its great vessels at one moment of the beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from custom.errors import BadInput
from custom.simulation.animal import Body, Heart
from custom.simulation.solids import Ellipsoid, Solid, tube
from custom.simulation.tissues import Tissue
from custom.simulation.ventricle import LeftVentricle, end_diastolic_volume_ml, left_ventricle_at

Part = tuple[Solid, Tissue]
GROOVE_FAT_MM = 3.0  # in the groove between atria and ventricles; assumed


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
        """
        shape, centre = self.left_ventricle(volume_ml)
        largest = end_diastolic_volume_ml(self.body, self.heart)
        target = self.heart.right_over_left_volume * largest - (largest - volume_ml)
        left = self.left_outer(volume_ml)

        def cavity(depth_mm: float) -> Ellipsoid:
            toward_base = 0.1 * shape.outer_half_length_mm
            return Ellipsoid(
                centre_mm=centre + self.pose.axes[1] * 0.62 * shape.outer_radius_mm - self.pose.axes[0] * toward_base,
                axes=self.pose.axes,
                semi_axes_mm=(0.88 * shape.outer_half_length_mm, depth_mm, 1.08 * shape.outer_radius_mm),
                cut_mm=toward_base - shape.base_mm,
            )

        low, high = 0.3 * shape.outer_radius_mm, 3 * shape.outer_radius_mm
        if (_crescent_ml(cavity(low), left) - target) * (_crescent_ml(cavity(high), left) - target) > 0:
            raise BadInput(f"no right ventricle of {target:.0f} ml fits beside the left; check right_over_left_volume")
        depth = brentq(lambda d: _crescent_ml(cavity(d), left) - target, low, high, xtol=0.05)
        return cavity(depth)

    def right_wall_mm(self, volume_ml: float) -> float:
        """Return the thickness of the right ventricle's free wall, which keeps its volume."""
        diastole, thickness = end_diastolic_volume_ml(self.body, self.heart), self.heart.right_wall_mm * self.body.scale

        def muscle_ml(volume_ml: float, wall_mm: float) -> float:
            left, right = self.left_outer(volume_ml), self.right_cavity(volume_ml)
            return _crescent_ml(_grown(right, wall_mm), left) - _crescent_ml(right, left)

        target = muscle_ml(diastole, thickness)
        return brentq(lambda w: muscle_ml(volume_ml, w) - target, 0.8 * thickness, 4 * thickness, xtol=0.05)

    def parts(self, volume_ml: float) -> list[Part]:
        """Return ventricles, atria and fat, the later ones painted over the earlier, without the great vessels."""
        shape, centre = self.left_ventricle(volume_ml)
        left, right = self.left_outer(volume_ml), self.right_cavity(volume_ml)
        right_wall = self.right_wall_mm(volume_ml)
        fat = self.heart.pericardial_fat_mm
        cavity = Ellipsoid(
            centre_mm=centre,
            axes=self.pose.axes,
            semi_axes_mm=(shape.half_length_mm, shape.radius_mm, shape.radius_mm),
            cut_mm=-shape.base_mm,
        )
        return [
            (_grown(left, fat, beyond_cut_mm=GROOVE_FAT_MM), Tissue.FAT),
            (_grown(right, right_wall + fat, beyond_cut_mm=GROOVE_FAT_MM), Tissue.FAT),
            (_grown(right, right_wall), Tissue.RIGHT_HEART_WALL),
            (self.right_atrium(volume_ml), Tissue.RIGHT_BLOOD),
            (self.left_atrium(volume_ml), Tissue.LEFT_BLOOD),
            (right, Tissue.RIGHT_BLOOD),
            *((vessel, Tissue.RIGHT_BLOOD) for vessel in self.outflow_of_right_ventricle(volume_ml)),
            *((vessel, Tissue.LEFT_BLOOD) for vessel in self.aortic_root(volume_ml)),
            (left, Tissue.MYOCARDIUM),
            (cavity, Tissue.LEFT_VENTRICULAR_BLOOD),
            *((muscle, Tissue.MYOCARDIUM) for muscle in self.papillary_muscles(volume_ml)),
        ]

    def base_point(self, volume_ml: float, *, beyond_mm: float, septal: float, inferior: float) -> np.ndarray:
        """Return a point over the valve plane; septal and inferior count in end-diastolic outer radii."""
        shape, centre = self.left_ventricle(volume_ml)
        radius = self.left_ventricle(end_diastolic_volume_ml(self.body, self.heart))[0].outer_radius_mm
        offsets = np.array([-shape.base_mm - beyond_mm, septal * radius, inferior * radius])
        return centre + offsets @ self.pose.axes

    def left_atrium(self, volume_ml: float) -> Ellipsoid:
        """Return the left atrium, which is fullest at end-systole."""
        size = self.heart.left_atrium_mm * self.body.scale * self._atrial_filling(volume_ml)
        centre = self.base_point(volume_ml, beyond_mm=0.5 * size, septal=-0.16, inferior=0.22)
        return Ellipsoid(centre_mm=centre, axes=self.pose.axes, semi_axes_mm=(0.95 * size, 1.15 * size, 1.05 * size))

    def right_atrium(self, volume_ml: float) -> Ellipsoid:
        """Return the right atrium, a little larger than the left."""
        size = self.heart.left_atrium_mm * self.body.scale * self._atrial_filling(volume_ml)
        centre = self.base_point(volume_ml, beyond_mm=0.6 * size, septal=1.0, inferior=0.35)
        return Ellipsoid(centre_mm=centre, axes=self.pose.axes, semi_axes_mm=(1.0 * size, 1.0 * size, 1.2 * size))

    def aortic_root(self, volume_ml: float) -> list[Solid]:
        """Return the root, from the valve plane to where the arch takes over."""
        points = [
            self.base_point(volume_ml, beyond_mm=beyond, septal=0.2, inferior=-0.2) for beyond in (0.0, 8.0, 16.0)
        ]
        return tube([*points, self.arch_start_mm], self.heart.aorta_mm * self.body.scale)

    @property
    def arch_start_mm(self) -> np.ndarray:
        """Top of the ascending aorta, the same throughout the beat."""
        diastole = end_diastolic_volume_ml(self.body, self.heart)
        root = self.base_point(diastole, beyond_mm=16.0, septal=0.2, inferior=-0.2)
        return root + np.array([1.0, -4.0, 18.0]) * self.body.scale

    @property
    def pulmonary_bifurcation_mm(self) -> np.ndarray:
        """Where the pulmonary trunk divides, left of the ascending aorta and below the arch."""
        diastole = end_diastolic_volume_ml(self.body, self.heart)
        root = self.base_point(diastole, beyond_mm=16.0, septal=0.2, inferior=-0.2)
        return root + np.array([-20.0, -16.0, 14.0]) * self.body.scale

    def outflow_of_right_ventricle(self, volume_ml: float) -> list[Solid]:
        """Return the infundibulum and the pulmonary trunk, which passes in front of the aorta to its left."""
        scale = self.body.scale
        points = [
            self.base_point(volume_ml, beyond_mm=-14.0, septal=0.80, inferior=-0.70),
            self.base_point(volume_ml, beyond_mm=4.0, septal=0.45, inferior=-0.95),
            self.base_point(volume_ml, beyond_mm=16.0, septal=-0.15, inferior=-0.95),
            self.pulmonary_bifurcation_mm,
        ]
        return tube(points, np.array([12.0, 10.5, 9.5, 9.0]) * scale)

    def papillary_muscles(self, volume_ml: float) -> list[Ellipsoid]:
        """Return the anterolateral and the posteromedial muscle, of the same volume throughout the beat."""
        shape, centre = self.left_ventricle(volume_ml)
        diastole = self.left_ventricle(end_diastolic_volume_ml(self.body, self.heart))[0]
        shortening = shape.half_length_mm / diastole.half_length_mm
        radius = self.heart.papillary_radius_mm * self.body.scale / np.sqrt(shortening)
        length = 0.3 * shape.half_length_mm
        from_axis = shape.radius_mm - 0.7 * radius
        muscles = []
        for angle in np.radians([118.0, 222.0]):
            offset = np.array([0.12 * shape.half_length_mm, from_axis * np.cos(angle), from_axis * np.sin(angle)])
            muscles.append(
                Ellipsoid(
                    centre_mm=centre + offset @ self.pose.axes,
                    axes=self.pose.axes,
                    semi_axes_mm=(length, radius, radius),
                )
            )
        return muscles

    def _atrial_filling(self, volume_ml: float) -> float:
        """Return how much wider the atria are than at end-diastole: they take up part of what the ventricle ejects."""
        ejected = 1 - volume_ml / end_diastolic_volume_ml(self.body, self.heart)
        return (1 + 0.5 * ejected) ** (1 / 3)


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


def _grown(solid: Ellipsoid, by_mm: float, *, beyond_cut_mm: float = 0.0) -> Ellipsoid:
    """Return a larger ellipsoid, cut by the same plane, so that valves stay open, or a little beyond."""
    a, b, c = solid.semi_axes_mm
    return Ellipsoid(
        centre_mm=solid.centre_mm,
        axes=solid.axes,
        semi_axes_mm=(a + by_mm, b + by_mm, c + by_mm),
        cut_mm=solid.cut_mm - beyond_cut_mm,
    )


def _crescent_ml(right: Ellipsoid, left: Ellipsoid, *, step_mm: float = 1.5) -> float:
    """Volume of one ellipsoid outside another, counted on a grid."""
    low, high = right.bounds_mm
    axes = [np.arange(a, b + step_mm, step_mm, dtype=np.float32) for a, b in zip(low, high, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    return float((right.contains(x, y, z) & ~left.contains(x, y, z)).sum()) * step_mm**3 / 1000
