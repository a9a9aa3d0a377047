"""What the heart consists of at one moment of the beat: ventricles, atria, valves' surroundings, roots of the vessels.

Fixed proportions are assumed, after topographic anatomy of the dog.
"""

from __future__ import annotations

import numpy as np

from custom.simulation.coronaries import coronary_arteries, find_grooves, groove_fat
from custom.simulation.heart import BeatingHeart, grown
from custom.simulation.inner_muscles import left_trabeculae, papillary_muscles, right_trabeculae
from custom.simulation.solids import Ellipsoid, RoundCone, thicker, tube
from custom.simulation.tissues import Part, Tissue, made_of

GROOVE_FAT_MM = 3.0  # in the groove between atria and ventricles
PERICARDIUM_MM = 0.9
ATRIAL_WALL_MM = 1.5


def heart_parts(beating: BeatingHeart, volume_ml: float) -> list[Part]:
    """Return the heart when its left ventricle has a volume, the later parts painted over the earlier."""
    left, right = beating.left_outer(volume_ml), beating.right_cavity(volume_ml)
    right_wall, fat = beating.right_wall_mm(volume_ml), beating.heart.pericardial_fat_mm
    grooves, scale = find_grooves(beating, volume_ml, grown(right, right_wall)), beating.body.scale
    atria = [right_atrium(beating, volume_ml), left_atrium(beating, volume_ml)]
    auricles = [right_auricle(beating, volume_ml), left_auricle(beating, volume_ml)]
    return [
        (grown(left, fat + PERICARDIUM_MM, beyond_cut_mm=GROOVE_FAT_MM), Tissue.MUSCLE),
        (grown(right, right_wall + fat + PERICARDIUM_MM, beyond_cut_mm=GROOVE_FAT_MM), Tissue.MUSCLE),
        (grown(left, fat, beyond_cut_mm=GROOVE_FAT_MM), Tissue.FAT),
        (grown(right, right_wall + fat, beyond_cut_mm=GROOVE_FAT_MM), Tissue.FAT),
        *made_of(Tissue.FAT, groove_fat(grooves, scale)),
        *made_of(Tissue.ATRIAL_WALL, [grown(atrium, ATRIAL_WALL_MM) for atrium in atria]),
        *made_of(Tissue.ATRIAL_WALL, [thicker(piece, ATRIAL_WALL_MM) for pieces in auricles for piece in pieces]),
        (grown(right, right_wall), Tissue.RIGHT_HEART_WALL),
        *made_of(Tissue.RIGHT_BLOOD, [atria[0], *auricles[0]]),
        *made_of(Tissue.LEFT_BLOOD, [atria[1], *auricles[1]]),
        (right, Tissue.RIGHT_BLOOD),
        *made_of(Tissue.RIGHT_HEART_WALL, right_trabeculae(beating, volume_ml, right)),
        *made_of(Tissue.RIGHT_BLOOD, right_outflow(beating, volume_ml)),
        *made_of(Tissue.LEFT_BLOOD, aortic_root(beating, volume_ml)),
        *made_of(Tissue.LEFT_BLOOD, coronary_arteries(grooves, scale)),
        (left, Tissue.MYOCARDIUM),
        (left_cavity(beating, volume_ml), Tissue.LEFT_VENTRICULAR_BLOOD),
        *made_of(Tissue.MYOCARDIUM, papillary_muscles(beating, volume_ml)),
        *made_of(Tissue.MYOCARDIUM, left_trabeculae(beating, volume_ml)),
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


def left_auricle(beating: BeatingHeart, volume_ml: float) -> list[RoundCone]:
    """Return the left auricle, which bends around the pulmonary trunk's left side."""
    atrium, axes = left_atrium(beating, volume_ml), beating.pose.axes
    size = atrium.semi_axes_mm[0]
    points = [np.array(p) * size @ axes for p in ((0.0, -0.5, -0.4), (0.1, -1.1, -0.9), (0.45, -1.05, -1.35))]
    return tube([atrium.centre_mm + p for p in points], np.array([0.55, 0.48, 0.30]) * size)


def right_auricle(beating: BeatingHeart, volume_ml: float) -> list[RoundCone]:
    """Return the right auricle, which lies before the aorta's root."""
    atrium, axes = right_atrium(beating, volume_ml), beating.pose.axes
    size = atrium.semi_axes_mm[0]
    points = [np.array(p) * size @ axes for p in ((-0.2, 0.1, -0.6), (-0.3, 0.1, -1.35), (-0.25, -0.35, -1.75))]
    return tube([atrium.centre_mm + p for p in points], np.array([0.7, 0.5, 0.3]) * size)


def aortic_root(beating: BeatingHeart, volume_ml: float) -> list[RoundCone]:
    """Return the root, from the valve plane to where the arch takes over."""
    points = [beating.base_point(volume_ml, beyond_mm=beyond, septal=0.2, inferior=-0.2) for beyond in (0.0, 8.0, 16.0)]
    return tube([*points, arch_start_mm(beating)], beating.heart.aorta_mm * beating.body.scale)


def right_outflow(beating: BeatingHeart, volume_ml: float) -> list[RoundCone]:
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
