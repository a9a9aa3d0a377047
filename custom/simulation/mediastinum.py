"""What lies between the lungs besides the heart: fat, great vessels, airways, oesophagus.

Fixed proportions are assumed, after topographic anatomy of the dog; lengths at 25 kg.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.simulation.heart_parts import arch_start_mm, left_atrium, pulmonary_bifurcation_mm, right_atrium
from custom.simulation.solids import Ellipsoid, Solid, tube
from custom.simulation.thorax import Thorax
from custom.simulation.tissues import Part, Tissue, made_of
from custom.simulation.trunk import Within

# Ends of the vessels at the hila: from the pulmonary bifurcation and from the left atrium; left, right
ARTERIES_MM = ((-34.0, -10.0, -4.0), (46.0, -8.0, -4.0))
VEINS_MM = (((-36.0, -16.0, 4.0), (-30.0, -26.0, -26.0)), ((38.0, -14.0, 4.0), (32.0, -26.0, -26.0)))


@dataclass(frozen=True, kw_only=True)
class Hilum:
    """Where the vessels of one lung enter it, mm, shape (vessel, 3) each."""

    arteries: np.ndarray
    veins: np.ndarray


def hila_mm(thorax: Thorax, side: int) -> Hilum:
    """Return the hilum of the left (0) or the right (1) lung."""
    beating, scale = thorax.beating, thorax.body.scale
    fork, atrium = pulmonary_bifurcation_mm(beating), left_atrium(beating, beating.largest_ml).centre_mm
    return Hilum(
        arteries=(fork + np.array(ARTERIES_MM[side]) * scale)[None],
        veins=atrium + np.array(VEINS_MM[side]) * scale,
    )


def carina_mm(thorax: Thorax) -> np.ndarray:
    """Return where the trachea divides, dorsal of the pulmonary bifurcation."""
    return pulmonary_bifurcation_mm(thorax.beating) + np.array([6.0, -17.0, 6.0]) * thorax.body.scale


def mediastinal_parts(thorax: Thorax) -> list[Part]:
    """Return fat, oesophagus and trachea."""
    return [*_fat(thorax), *_oesophagus(thorax), *_trachea(thorax)]


def great_vessels(thorax: Thorax) -> list[Part]:
    """Return the vessels of chest and abdomen away from the heart."""
    return [
        *made_of(Tissue.RIGHT_BLOOD, right_vessels(thorax)),
        *made_of(Tissue.LEFT_BLOOD, left_vessels(thorax)),
    ]


def _fat(thorax: Thorax) -> list[Part]:
    """Return the septum, the cranial mediastinum with the thymus, and the fat where the heart meets the sternum.

    There, at the right cardiac notch, the lungs do not come between heart and chest wall.
    """
    cavity, scale, pose = thorax.cavity, thorax.body.scale, thorax.beating.pose
    ventral = cavity.middle_y_mm + cavity.half_depth_mm
    middle = np.array([cavity.middle_x_mm, cavity.middle_y_mm, 0.0])
    notch = np.array(
        [(cavity.middle_x_mm + pose.middle_mm[0]) / 2 + 9.0 * scale, ventral - 4.0, pose.middle_mm[2] + 4.0]
    )
    heart_y = float(pose.middle_mm[1])
    solids = [
        Ellipsoid(centre_mm=middle, semi_axes_mm=(1.3 * scale, 200.0, 400.0)),
        Ellipsoid(centre_mm=notch, semi_axes_mm=(20 * scale, 0.60 * (ventral - heart_y), 40 * scale)),
        Ellipsoid(centre_mm=thorax.point(0.0, 50.0, 105.0), semi_axes_mm=(15 * scale, 40 * scale, 64 * scale)),
        Ellipsoid(centre_mm=thorax.point(-4.0, 18.0, 0.0), semi_axes_mm=(12.5 * scale, 12 * scale, 400.0)),
    ]
    thymus = Ellipsoid(centre_mm=thorax.point(-3.0, 92.0, 76.0), semi_axes_mm=(5 * scale, 16 * scale, 34 * scale))
    return [
        *made_of(Tissue.FAT, [Within(solid=solid, limit=cavity) for solid in solids]),
        (Within(solid=thymus, limit=cavity), Tissue.MUSCLE),
    ]


def _oesophagus(thorax: Thorax) -> list[Part]:
    """Return the oesophagus, with a little air in it, as under anaesthesia."""
    scale = thorax.body.scale
    points = [thorax.point(-3.0, 27.0, 150.0), thorax.point(-1.0, 28.0, 0.0), thorax.point(-4.0, 34.0, -150.0)]
    air = [thorax.point(-2.0, 28.6, 60.0), thorax.point(-1.0, 29.0, 20.0)]
    return [*made_of(Tissue.MUSCLE, tube(points, 6.0 * scale)), *made_of(Tissue.GAS, tube(air, 1.8 * scale))]


def _trachea(thorax: Thorax) -> list[Part]:
    """Return the trachea in its rings of cartilage."""
    scale, carina = thorax.body.scale, carina_mm(thorax)
    between = (thorax.point(4.0, 38.0, 90.0) + carina) / 2 + np.array([0.0, 0.0, 12.0])
    points = [thorax.point(4.0, 38.0, 130.0), between, carina]
    return [
        *made_of(Tissue.CARTILAGE, tube(points, 9.3 * scale)),
        *made_of(Tissue.AIRWAY, tube(points, 7.8 * scale)),
    ]


def right_vessels(thorax: Thorax) -> list[Solid]:
    """Return pulmonary arteries, venae cavae, azygos and internal thoracic veins."""
    beating, scale = thorax.beating, thorax.body.scale
    fork, atrium = pulmonary_bifurcation_mm(beating), right_atrium(beating, beating.largest_ml).centre_mm
    hiatus = caval_hiatus_mm(thorax)
    azygos = [
        thorax.point(7.0, 13.0, -150.0),
        thorax.point(7.0, 14.0, 20.0),
        atrium + np.array([-8.0, -10.0, 34.0]) * scale,
    ]
    return [
        *(p for side in (0, 1) for p in tube([fork, hila_mm(thorax, side).arteries[0]], np.array([7.0, 3.7]) * scale)),
        *tube([atrium, hiatus, hiatus + np.array([-4.0, -12.0, -90.0]) * scale], 8.0 * scale),
        *tube([atrium, atrium + np.array([-10.0, -4.0, 42.0]) * scale, thorax.point(10.0, 66.0, 150.0)], 7.0 * scale),
        *tube(azygos, 2.6 * scale),
        *_internal_thoracic(thorax, 3.0),
    ]


def caval_hiatus_mm(thorax: Thorax) -> np.ndarray:
    """Return where the caudal vena cava passes the diaphragm, right of the mid-line."""
    atrium, scale = right_atrium(thorax.beating, thorax.beating.largest_ml).centre_mm, thorax.body.scale
    return np.array([atrium[0] - 6 * scale, atrium[1] - 20 * scale, thorax.diaphragm.top_mm[2] - 10])


def left_vessels(thorax: Thorax) -> list[Solid]:
    """Return arch and descending aorta left of the spine, the vessels to the head, and the pulmonary veins."""
    beating, scale = thorax.beating, thorax.body.scale
    start, atrium = arch_start_mm(beating), left_atrium(beating, beating.largest_ml).centre_mm
    summit = (start + thorax.point(-9.0, 22.0, 0.0)) / 2
    summit[2] = start[2] + 11 * scale
    beside_spine = [thorax.point(-9.0, 22.0, z) for z in (35.0, 0.0, -60.0, -150.0)]
    narrowing = np.array([1.0, 0.92, 0.85, 0.8, 0.78, 0.75]) * beating.heart.aorta_mm * scale
    ends = [end for side in (0, 1) for end in hila_mm(thorax, side).veins]
    return [
        *tube([start, summit, *beside_spine], narrowing),
        *tube([summit, thorax.point(-1.0, 62.0, 150.0)], 5.2 * scale),
        *tube([summit + np.array([-2.0, -6.0, 0.0]) * scale, thorax.point(-12.0, 50.0, 150.0)], 3.8 * scale),
        *_intercostal(thorax),
        *_internal_thoracic(thorax, 0.0),
        *(piece for end in ends for piece in tube([atrium, end], np.array([5.4, 3.5]) * scale)),
    ]


def _internal_thoracic(thorax: Thorax, beside_mm: float) -> list[Solid]:
    """Return the small vessels on both sides of the sternum, just inside the ribs."""
    cavity, scale = thorax.cavity.wider(-0.4), thorax.body.scale
    heights = thorax.level_mm + np.linspace(-60.0, 80.0, 5) * scale
    across = (12.0 + beside_mm) * scale / cavity.half_width_mm
    return [
        piece
        for side in (-1, 1)
        for piece in tube(
            list(cavity.surface_mm(np.full(5, np.pi - side * across), heights)), 1.3 * scale, step_mm=20.0
        )
    ]


def _intercostal(thorax: Thorax) -> list[Solid]:
    """Return the first stretch of the arteries that leave the aorta at every vertebra."""
    scale, spacing = thorax.body.scale, thorax.body.rib_spacing_mm
    return [
        piece
        for z in np.arange(-4.5, 2.0) * spacing
        for end in ((-24.0, 2.0), (14.0, 5.0))
        for piece in tube(
            [thorax.point(-9.0, 18.0, z), thorax.point(end[0], end[1], z + 4.0)], 0.95 * scale, step_mm=20.0
        )
    ]
