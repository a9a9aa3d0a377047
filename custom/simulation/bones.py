"""Ribs, sternum and spine.

Drawn sizes stand in `canine.yaml`; fixed proportions are assumed, after topographic anatomy of the dog: 13 pairs of
ribs that run down and towards the feet to their cartilages, which turn towards the head to meet eight sternebrae.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from custom.simulation.solids import Drum, Ellipsoid, RoundCone, thicker, tube
from custom.simulation.thorax import VERTEBRAL_BODY_MM, Thorax
from custom.simulation.tissues import Part, Tissue, made_of
from custom.simulation.trunk import Shell, Trunk, Within
from custom.simulation.wall import RIBS_MM

N_RIBS = 13
LEVEL_OF_HEART = 5.5  # the heart's middle lies before this vertebra
STERNEBRA_MM = 19.0
CORTEX_MM = 1.1
ANGLES_RAD = {"tubercle": 0.36, "junction": 2.25, "sternum": 3.02}  # along the rib, from dorsal


def bone_parts(thorax: Thorax, irregularity: np.ndarray) -> list[Part]:
    """Return ribs, sternum and vertebrae.

    Args:
        thorax: at end-expiration.
        irregularity: of each rib on each side, standard normal, shape (13, 2, 2): height and obliquity.
    """
    parts = [part for n in range(N_RIBS) for side in (0, 1) for part in _rib(thorax, n, side, irregularity[n, side])]
    return [*parts, *_sternum(thorax), *spine_parts(thorax)]


def vertebra_z_mm(thorax: Thorax, n: int) -> float:
    """Return the height of the n-th thoracic vertebra, counted from 0, and of the heads of its ribs."""
    return thorax.level_mm + (LEVEL_OF_HEART - 1 - n) * thorax.body.rib_spacing_mm * thorax.body.scale


def _rib(thorax: Thorax, n: int, side: int, irregularity: np.ndarray) -> list[Part]:
    scale, right = thorax.body.scale, 2 * side - 1
    bed = Shell(outer=thorax.cavity.wider(RIBS_MM[1] * scale), inner=thorax.cavity.wider(RIBS_MM[0] * scale))
    core = Shell(outer=bed.outer.wider(-CORTEX_MM), inner=bed.inner.wider(CORTEX_MM))
    middle = bed.inner.towards(bed.outer, 0.5)
    z = vertebra_z_mm(thorax, n) + 1.5 * irregularity[0]
    drop = (26.0 + 3.2 * n + 2.0 * irregularity[1]) * scale * thorax.body.rib_obliquity
    angles = np.linspace(ANGLES_RAD["tubercle"], ANGLES_RAD["junction"], 9)
    heights = z - drop * (1 - np.cos(angles)) / (1 - np.cos(ANGLES_RAD["junction"]))
    arc = middle.surface_mm(right * angles, heights)
    head = np.array([thorax.spine_mm[0] + right * 9.0 * scale, thorax.spine_mm[1] - 3.0 * scale, z + 4.0 * scale])
    width = (3.3 + 0.1 * min(n, 8)) * scale
    bone = tube([head, *arc], np.array([2.6, *np.linspace(0.85, 1.1, 9) * width / scale]) * scale, step_mm=13.0)
    neck, shaft = bone[:2], bone[2:]
    return [
        *made_of(Tissue.BONE, neck),
        *made_of(Tissue.BONE, [Within(solid=piece, limit=bed) for piece in shaft]),
        *made_of(Tissue.MARROW, [Within(solid=thicker(piece, -CORTEX_MM), limit=core) for piece in shaft]),
        *_cartilage(thorax, n, right, arc[-1], middle, width),
    ]


def _cartilage(thorax: Thorax, n: int, right: int, start_mm: np.ndarray, middle: Trunk, width_mm: float) -> list[Part]:
    """Return the cartilage of a rib: to the sternum, of the last ribs along the costal arch, of the very last none."""
    scale = thorax.body.scale
    if n == N_RIBS - 1:
        return []
    attached = min(n, 8)
    end_angle = ANGLES_RAD["sternum"] if n <= 8 else ANGLES_RAD["sternum"] - 0.16 * (n - 8)
    end_z = sternebra_z_mm(thorax, attached) - (0.0 if n <= 8 else 9.0 * (n - 8) * scale)
    angles = np.linspace(ANGLES_RAD["junction"], end_angle, 5)[1:]
    rise = np.linspace(0, 1, 5)[1:] ** 1.4
    arc = middle.surface_mm(right * angles, start_mm[2] + (end_z - start_mm[2]) * rise)
    return made_of(Tissue.CARTILAGE, tube([start_mm, *arc], 0.95 * width_mm, step_mm=13.0))


def sternebra_z_mm(thorax: Thorax, n: int) -> float:
    """Return the height of the joint in front of the n-th sternebra, counted from 0."""
    return thorax.level_mm + (84.0 - STERNEBRA_MM * n) * thorax.body.scale


def _sternum(thorax: Thorax) -> list[Part]:
    """Return eight sternebrae with cartilage between them, and the xiphoid process."""
    scale, parts = thorax.body.scale, []
    joints = np.array([sternebra_z_mm(thorax, n) for n in range(9)])
    points = thorax.cavity.wider(5.5 * scale).surface_mm(np.full(9, np.pi), joints)
    parts += made_of(Tissue.CARTILAGE, tube(list(points), 4.2 * scale, step_mm=19.0))
    for start, end in pairwise(points):
        a, b = start + 0.08 * (end - start), end - 0.08 * (end - start)
        parts.append((Drum(start_mm=a, end_mm=b, radius_mm=5.6 * scale, waist=0.28), Tissue.BONE))
        inner = (5.6 - CORTEX_MM) * scale
        end_plate = CORTEX_MM * (b - a) / np.linalg.norm(b - a)
        core = Drum(start_mm=a + end_plate, end_mm=b - end_plate, radius_mm=inner, waist=0.3)
        parts.append((core, Tissue.MARROW))
    tip = points[-1] + np.array([0.0, -2.0, -34.0]) * scale
    return [*parts, *made_of(Tissue.CARTILAGE, tube([points[-1], tip], np.array([3.4, 2.0]) * scale))]


def spine_parts(thorax: Thorax) -> list[Part]:
    """Return thoracic vertebrae with discs, arches and processes, and the cord in its canal."""
    first, last = thorax.point(0.0, 0.0, 190.0), thorax.point(0.0, 0.0, -190.0)
    behind = np.array([0.0, -14.5, 0.0]) * thorax.body.scale
    scale = thorax.body.scale

    def column(offset: np.ndarray, radius_mm: float) -> RoundCone:
        return RoundCone(
            start_mm=first + offset, end_mm=last + offset, start_radius_mm=radius_mm, end_radius_mm=radius_mm
        )

    vertebrae = [_vertebra(thorax, n) for n in range(-2, 16)]
    return [
        (column(np.zeros(3), 9.3 * scale), Tissue.CARTILAGE),  # discs, where no vertebra is painted over them
        *(part for vertebra in vertebrae for part in vertebra),
        (column(behind, 5.8 * scale), Tissue.FAT),
        (column(behind, 4.0 * scale), Tissue.SPINAL_CORD),
    ]


def _vertebra(thorax: Thorax, n: int) -> list[Part]:
    scale, spacing = thorax.body.scale, thorax.body.rib_spacing_mm * thorax.body.scale
    z = vertebra_z_mm(thorax, n) - thorax.level_mm
    middle = thorax.point(0.0, 0.0, z / scale)
    radius, half = VERTEBRAL_BODY_MM * scale, np.array([0.0, 0.0, spacing / 2 - 1.4 * scale])
    inside = half - np.array([0.0, 0.0, CORTEX_MM])
    lean = 0.75 - 0.06 * max(n, 0) if n < 10 else 0.1
    spine = np.array([0.0, -np.cos(lean), -np.sin(lean)])
    axes = np.stack([spine, np.array([1.0, 0.0, 0.0]), np.cross(spine, [1.0, 0.0, 0.0])])
    arch = middle + np.array([0.0, -14.5, 0.0]) * scale

    def ring(radius_mm: float, half_length_mm: float) -> Drum:
        along = np.array([0.0, 0.0, half_length_mm * scale])
        return Drum(start_mm=arch - along, end_mm=arch + along, radius_mm=radius_mm * scale)

    transverse = [
        RoundCone(
            start_mm=arch + np.array([side * 5.0, 2.0, 2.0]) * scale,
            end_mm=arch + np.array([side * 19.0, -4.0, 3.0]) * scale,
            start_radius_mm=4.0 * scale,
            end_radius_mm=2.6 * scale,
        )
        for side in (-1, 1)
    ]
    process = Ellipsoid(
        centre_mm=arch + spine * 17.0 * scale, axes=axes, semi_axes_mm=(15.0 * scale, 1.8 * scale, 5.0 * scale)
    )
    return [
        *made_of(Tissue.BONE, [ring(8.4, 9.2), process, *transverse]),
        (Drum(start_mm=middle - half, end_mm=middle + half, radius_mm=radius, waist=0.16), Tissue.BONE),
        (Drum(start_mm=middle - inside, end_mm=middle + inside, radius_mm=8.8 * scale, waist=0.16), Tissue.MARROW),
    ]
