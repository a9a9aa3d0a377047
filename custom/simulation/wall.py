"""The wall of the trunk: skin, fat under it, and muscles with fat between them.

Drawn sizes stand in `canine.yaml`; fixed proportions are assumed, after topographic anatomy of the dog.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from custom.simulation.solids import Ellipsoid
from custom.simulation.thorax import Thorax
from custom.simulation.tissues import Part, Tissue
from custom.simulation.trunk import Sheet, Within

SKIN_MM = 1.4
FASCIA_MM = 1.3  # fat between two layers of muscle
RIBS_MM = (1.2, 6.6)  # from the pleura to the ribs' inner and outer face, at 25 kg

# Muscles along the spine: from the mid-line, from the spine's axis, half width, half depth; at 25 kg
EPAXIAL_MM = ((7.0, -29.0, 5.8, 10.5), (22.0, -24.5, 10.5, 8.8), (41.0, -17.0, 10.0, 5.5))
# Muscles beside the sternum: from the mid-line, from the sternum, half width, half depth
PECTORAL_MM = ((17.0, 6.0, 17.0, 6.5), (40.0, -4.0, 21.0, 6.0))


def wall_parts(thorax: Thorax) -> list[Part]:
    """Return skin, fat and muscle, from outside to inside."""
    skin, muscle, scale = thorax.skin, thorax.muscle, thorax.body.scale
    over_ribs = thorax.cavity.wider((RIBS_MM[1] + 0.8) * scale)
    under_skin = skin.wider(-SKIN_MM)
    between = muscle.towards(over_ribs, 0.5)
    # layers thin out towards the belly, where they meet
    between = replace(between, middle_y_mm=between.middle_y_mm - 4.0 * scale)
    cutaneous = under_skin.towards(muscle, 0.62)
    return [
        (skin, Tissue.MUSCLE),
        (under_skin, Tissue.FAT),
        (Sheet(trunk=cutaneous, thickness_mm=0.3 * (thorax.body.fat_mm * scale - SKIN_MM)), Tissue.MUSCLE),
        (muscle, Tissue.MUSCLE),
        (Sheet(trunk=between, thickness_mm=FASCIA_MM), Tissue.FAT),
        *_epaxial(thorax),
        *_pectoral(thorax),
        (Sheet(trunk=over_ribs, thickness_mm=FASCIA_MM), Tissue.FAT),
    ]


def _epaxial(thorax: Thorax) -> list[Part]:
    """Return the muscles over the ribs' angles: spinal and semispinal, longest, iliocostal."""
    scale, parts = thorax.body.scale, []
    for side in (-1, 1):
        for across, behind, width, depth in EPAXIAL_MM:
            middle = thorax.point(side * across, behind, 0.0)
            parts += _bundle(thorax, middle, width * scale, depth * scale, 400.0)
    return parts


def _pectoral(thorax: Thorax) -> list[Part]:
    """Return the superficial and the deep pectoral muscles, which end towards the abdomen."""
    cavity, scale, parts = thorax.cavity, thorax.body.scale, []
    sternum = cavity.middle_y_mm + cavity.half_depth_mm
    for side in (-1, 1):
        for across, before, width, depth in PECTORAL_MM:
            middle = thorax.point(side * across, 0.0, 25.0)
            middle[1] = sternum + before * scale
            parts += _bundle(thorax, middle, width * scale, depth * scale, 120.0 * scale)
    return parts


def _bundle(thorax: Thorax, middle_mm: np.ndarray, width_mm: float, depth_mm: float, length_mm: float) -> list[Part]:
    """Return a muscle in its sheath of fat."""
    muscle = Ellipsoid(centre_mm=middle_mm, semi_axes_mm=(width_mm, depth_mm, length_mm))
    sheath = Ellipsoid(
        centre_mm=middle_mm, semi_axes_mm=(width_mm + FASCIA_MM, depth_mm + FASCIA_MM, length_mm + FASCIA_MM)
    )
    return [
        (Within(solid=sheath, limit=thorax.muscle), Tissue.FAT),
        (Within(solid=muscle, limit=thorax.muscle.wider(-FASCIA_MM)), Tissue.MUSCLE),
    ]
