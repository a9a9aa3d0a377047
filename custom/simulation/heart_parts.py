"""What the heart consists of at one moment of the beat: ventricles, atria, valves' surroundings, roots of the vessels.

Fixed proportions are assumed, after topographic anatomy of the dog.
"""

from __future__ import annotations

import numpy as np

from custom.simulation.heart import BeatingHeart, grown
from custom.simulation.solids import Ellipsoid, Solid, tube
from custom.simulation.tissues import Part, Tissue

GROOVE_FAT_MM = 3.0  # in the groove between atria and ventricles


def heart_parts(beating: BeatingHeart, volume_ml: float) -> list[Part]:
    """Return the heart when its left ventricle has a volume, the later parts painted over the earlier."""
    left, right = beating.left_outer(volume_ml), beating.right_cavity(volume_ml)
    right_wall, fat = beating.right_wall_mm(volume_ml), beating.heart.pericardial_fat_mm
    return [
        (grown(left, fat, beyond_cut_mm=GROOVE_FAT_MM), Tissue.FAT),
        (grown(right, right_wall + fat, beyond_cut_mm=GROOVE_FAT_MM), Tissue.FAT),
        (grown(right, right_wall), Tissue.RIGHT_HEART_WALL),
        (right_atrium(beating, volume_ml), Tissue.RIGHT_BLOOD),
        (left_atrium(beating, volume_ml), Tissue.LEFT_BLOOD),
        (right, Tissue.RIGHT_BLOOD),
        *((vessel, Tissue.RIGHT_BLOOD) for vessel in right_outflow(beating, volume_ml)),
        *((vessel, Tissue.LEFT_BLOOD) for vessel in aortic_root(beating, volume_ml)),
        (left, Tissue.MYOCARDIUM),
        (left_cavity(beating, volume_ml), Tissue.LEFT_VENTRICULAR_BLOOD),
        *((muscle, Tissue.MYOCARDIUM) for muscle in papillary_muscles(beating, volume_ml)),
    ]


def left_cavity(beating: BeatingHeart, volume_ml: float) -> Ellipsoid:
    """Return the left ventricle without its wall, papillary muscles included."""
    shape, centre = beating.left_ventricle(volume_ml)
    return Ellipsoid(
        centre_mm=centre,
        axes=beating.pose.axes,
        semi_axes_mm=(shape.half_length_mm, shape.radius_mm, shape.radius_mm),
        cut_mm=-shape.base_mm,
    )


def papillary_muscles(beating: BeatingHeart, volume_ml: float) -> list[Ellipsoid]:
    """Return the posteromedial and the anterolateral muscle, of the same volume throughout the beat."""
    shape, centre = beating.left_ventricle(volume_ml)
    shortening = shape.half_length_mm / beating.left_ventricle(beating.largest_ml)[0].half_length_mm
    radius = beating.heart.papillary_radius_mm * beating.body.scale / np.sqrt(shortening)
    from_axis = shape.radius_mm - 0.7 * radius
    muscles = []
    for angle in np.radians([118.0, 222.0]):
        offset = np.array([0.12 * shape.half_length_mm, from_axis * np.cos(angle), from_axis * np.sin(angle)])
        muscles.append(
            Ellipsoid(
                centre_mm=centre + offset @ beating.pose.axes,
                axes=beating.pose.axes,
                semi_axes_mm=(0.3 * shape.half_length_mm, radius, radius),
            )
        )
    return muscles


def left_atrium(beating: BeatingHeart, volume_ml: float) -> Ellipsoid:
    """Return the left atrium, which is fullest at end-systole."""
    size = _atrial_size_mm(beating, volume_ml)
    centre = beating.base_point(volume_ml, beyond_mm=0.5 * size, septal=-0.16, inferior=0.22)
    return Ellipsoid(centre_mm=centre, axes=beating.pose.axes, semi_axes_mm=(0.95 * size, 1.15 * size, 1.05 * size))


def right_atrium(beating: BeatingHeart, volume_ml: float) -> Ellipsoid:
    """Return the right atrium, a little larger than the left."""
    size = _atrial_size_mm(beating, volume_ml)
    centre = beating.base_point(volume_ml, beyond_mm=0.6 * size, septal=1.0, inferior=0.35)
    return Ellipsoid(centre_mm=centre, axes=beating.pose.axes, semi_axes_mm=(1.0 * size, 1.0 * size, 1.2 * size))


def aortic_root(beating: BeatingHeart, volume_ml: float) -> list[Solid]:
    """Return the root, from the valve plane to where the arch takes over."""
    points = [beating.base_point(volume_ml, beyond_mm=beyond, septal=0.2, inferior=-0.2) for beyond in (0.0, 8.0, 16.0)]
    return tube([*points, arch_start_mm(beating)], beating.heart.aorta_mm * beating.body.scale)


def right_outflow(beating: BeatingHeart, volume_ml: float) -> list[Solid]:
    """Return the infundibulum and the pulmonary trunk, which passes in front of the aorta to its left."""
    points = [
        beating.base_point(volume_ml, beyond_mm=-14.0, septal=0.80, inferior=-0.70),
        beating.base_point(volume_ml, beyond_mm=4.0, septal=0.45, inferior=-0.95),
        beating.base_point(volume_ml, beyond_mm=16.0, septal=-0.15, inferior=-0.95),
        pulmonary_bifurcation_mm(beating),
    ]
    return tube(points, np.array([12.0, 10.5, 9.5, 9.0]) * beating.body.scale)


def arch_start_mm(beating: BeatingHeart) -> np.ndarray:
    """Return the top of the ascending aorta, the same throughout the beat."""
    return _above_root(beating, (1.0, -4.0, 18.0))


def pulmonary_bifurcation_mm(beating: BeatingHeart) -> np.ndarray:
    """Return where the pulmonary trunk divides, left of the ascending aorta and below the arch."""
    return _above_root(beating, (-20.0, -16.0, 14.0))


def _above_root(beating: BeatingHeart, offset_mm: tuple[float, float, float]) -> np.ndarray:
    root = beating.base_point(beating.largest_ml, beyond_mm=16.0, septal=0.2, inferior=-0.2)
    return root + np.array(offset_mm) * beating.body.scale


def _atrial_size_mm(beating: BeatingHeart, volume_ml: float) -> float:
    """Return the atria's semi-axis: they take up part of what the ventricles eject."""
    ejected = 1 - volume_ml / beating.largest_ml
    return beating.heart.left_atrium_mm * beating.body.scale * (1 + 0.5 * ejected) ** (1 / 3)
