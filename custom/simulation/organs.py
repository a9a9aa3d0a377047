"""What fills the trunk around the heart: chest wall, lungs, abdominal organs, spine and great vessels.

Drawn sizes stand in `canine.yaml`; fixed proportions are assumed, after topographic anatomy of the dog.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from custom.simulation.heart_parts import arch_start_mm, left_atrium, pulmonary_bifurcation_mm, right_atrium
from custom.simulation.solids import Ellipsoid, RoundCone, Solid, tube
from custom.simulation.thorax import Thorax
from custom.simulation.tissues import Part, Tissue
from custom.simulation.trunk import Ribs, Trunk, Within


def trunk_parts(thorax: Thorax) -> list[Part]:
    """Return everything but the heart, the later parts painted over the earlier."""
    return [
        *wall(thorax),
        *chest(thorax),
        *abdomen(thorax),
        *spine(thorax),
        *_made_of(Tissue.RIGHT_BLOOD, right_vessels(thorax)),
        *_made_of(Tissue.LEFT_BLOOD, left_vessels(thorax)),
    ]


def wall(thorax: Thorax) -> list[Part]:
    """Return skin and fat, muscle, ribs and sternum."""
    cavity, scale = thorax.cavity, thorax.body.scale
    inner = _wider(cavity, 2.0)
    ribs = Ribs(
        outer=_wider(inner, 5.0 * scale),
        inner=inner,
        spacing_mm=thorax.body.rib_spacing_mm * scale,
        cartilage_y_mm=cavity.middle_y_mm + 0.45 * cavity.half_depth_mm,
    )
    ventral = cavity.middle_y_mm + cavity.half_depth_mm * np.array([0.999, 0.999, 0.93]) + 5.0 * scale
    heights = thorax.beating.pose.middle_mm[2] + np.array([-40.0, 10.0, 80.0])
    points = [np.array([cavity.middle_x_mm, y, z]) for y, z in zip(ventral, heights, strict=True)]
    return [
        (thorax.skin, Tissue.FAT),
        (thorax.muscle, Tissue.MUSCLE),
        (ribs, Tissue.BONE),
        *_made_of(Tissue.MARROW, tube(points, 4.5 * scale)),
    ]


def chest(thorax: Thorax) -> list[Part]:
    """Return lungs, mediastinum, oesophagus and airways."""
    cavity, scale = thorax.cavity, thorax.body.scale
    middle = np.array([cavity.middle_x_mm, cavity.middle_y_mm, 0.0])
    septum = Ellipsoid(centre_mm=middle, semi_axes_mm=(2.0 * scale, 200.0, 400.0))
    front = Ellipsoid(centre_mm=thorax.point(0.0, 78.0, 110.0), semi_axes_mm=(18 * scale, 62 * scale, 62 * scale))
    oesophagus = [thorax.point(-3.0, 27.0, 150.0), thorax.point(-1.0, 28.0, 0.0), thorax.point(-4.0, 34.0, -150.0)]
    return [
        (cavity, Tissue.LUNG),
        (Within(solid=septum, limit=cavity), Tissue.FAT),
        (Within(solid=front, limit=cavity), Tissue.FAT),
        *_made_of(Tissue.MUSCLE, tube(oesophagus, 6.0 * scale)),
        *_made_of(Tissue.AIRWAY, airways(thorax)),
    ]


def airways(thorax: Thorax) -> list[Solid]:
    """Return trachea and main bronchi; the carina lies behind the pulmonary bifurcation."""
    scale = thorax.body.scale
    carina = pulmonary_bifurcation_mm(thorax.beating) + np.array([6.0, -17.0, 6.0]) * scale
    between = (thorax.point(4.0, 38.0, 90.0) + carina) / 2 + np.array([0.0, 0.0, 12.0])
    return [
        *tube([thorax.point(4.0, 38.0, 130.0), between, carina], 8.0 * scale),
        *tube([carina, carina + np.array([-26.0, -8.0, -18.0]) * scale], 5.0 * scale),
        *tube([carina, carina + np.array([28.0, -8.0, -18.0]) * scale], 5.0 * scale),
    ]


def abdomen(thorax: Thorax) -> list[Part]:
    """Return diaphragm, bowel, liver, gallbladder, stomach and spleen; lengths from the dome's top."""
    body, cavity, top = thorax.body, thorax.cavity, thorax.diaphragm.top_mm
    scale = body.scale
    content = replace(thorax.diaphragm, below_mm=3.0 * scale)
    liver = replace(content, floor_mm=top[2] - body.liver_length_mm * scale, floor_slope=0.30)

    def organ(offset: np.ndarray, semi_axes: np.ndarray) -> Within:
        a, b, c = semi_axes.tolist()
        return Within(solid=Ellipsoid(centre_mm=top + offset, semi_axes_mm=(a, b, c)), limit=content)

    stomach_at, stomach = np.array([-34.0, -48.0, -68.0]) * scale, np.array([28.0, 32.0, 24.0]) * scale
    left_wall = cavity.middle_x_mm - cavity.half_width_mm + 9 * scale - top[0]
    spleen_at = np.array([left_wall, -45.0 * scale, -88.0 * scale])
    return [
        (thorax.diaphragm, Tissue.MUSCLE),
        (content, Tissue.BOWEL),
        (liver, Tissue.LIVER),
        (organ(np.array([24.0, 8.0, -44.0]) * scale, np.array([11.0, 11.0, 19.0]) * scale), Tissue.GALLBLADDER),
        (organ(stomach_at, stomach), Tissue.STOMACH_WALL),
        (organ(stomach_at, stomach - 4.0), Tissue.STOMACH_CONTENT),
        (organ(spleen_at, np.array([11.0, 22.0, body.spleen_length_mm]) * scale), Tissue.SPLEEN),
    ]


def spine(thorax: Thorax) -> list[Part]:
    """Return vertebral bodies, arch, spinous processes and the spinal canal."""

    def column(behind_mm: float, radius_mm: float, cranial_radius_mm: float) -> RoundCone:
        return RoundCone(
            start_mm=thorax.point(0.0, -behind_mm, -160.0),
            end_mm=thorax.point(0.0, -behind_mm, 160.0),
            start_radius_mm=radius_mm * thorax.body.scale,
            end_radius_mm=cranial_radius_mm * thorax.body.scale,
        )

    processes = [
        RoundCone(
            start_mm=thorax.point(0.0, -20.0, z),
            end_mm=thorax.point(0.0, -36.0, z - 12.0),
            start_radius_mm=3.5 * thorax.body.scale,
            end_radius_mm=2.5 * thorax.body.scale,
        )
        for z in np.arange(-120.0, 140.0, 20.0).tolist()
    ]
    return [
        *_made_of(Tissue.BONE, processes),
        (column(14.0, 9.0, 9.0), Tissue.BONE),
        (column(0.0, 11.0, 10.0), Tissue.MARROW),
        (column(14.0, 5.0, 5.0), Tissue.FAT),
    ]


def right_vessels(thorax: Thorax) -> list[Solid]:
    """Return the pulmonary arteries and the two venae cavae away from the heart."""
    beating, scale = thorax.beating, thorax.body.scale
    fork, atrium = pulmonary_bifurcation_mm(beating), right_atrium(beating, beating.largest_ml).centre_mm
    hiatus = np.array([atrium[0] - 6 * scale, atrium[1] - 20 * scale, thorax.diaphragm.top_mm[2] - 10])
    return [
        *tube([fork, fork + np.array([-34.0, -10.0, -4.0]) * scale], np.array([7.0, 5.0]) * scale),
        *tube([fork, fork + np.array([46.0, -8.0, -4.0]) * scale], np.array([7.0, 5.0]) * scale),
        *tube([atrium, hiatus, hiatus + np.array([-4.0, -16.0, -90.0]) * scale], 8.0 * scale),
        *tube([atrium, atrium + np.array([-10.0, -4.0, 42.0]) * scale, thorax.point(10.0, 66.0, 150.0)], 7.0 * scale),
    ]


def left_vessels(thorax: Thorax) -> list[Solid]:
    """Return arch and descending aorta, left of the spine, the vessels to the head, and the pulmonary veins."""
    beating, scale = thorax.beating, thorax.body.scale
    start, atrium = arch_start_mm(beating), left_atrium(beating, beating.largest_ml).centre_mm
    summit = (start + thorax.point(-9.0, 22.0, 0.0)) / 2
    summit[2] = start[2] + 11 * scale
    beside_spine = [thorax.point(-9.0, 22.0, z) for z in (35.0, 0.0, -60.0, -150.0)]
    narrowing = np.array([1.0, 0.92, 0.85, 0.8, 0.78, 0.75]) * beating.heart.aorta_mm * scale
    veins = ((-36.0, -16.0, 4.0), (38.0, -14.0, 4.0), (-30.0, -26.0, -26.0), (32.0, -26.0, -26.0))
    return [
        *tube([start, summit, *beside_spine], narrowing),
        *tube([summit, thorax.point(-4.0, 62.0, 150.0)], 5.0 * scale),
        *(piece for end in veins for piece in tube([atrium, atrium + np.array(end) * scale], 4.5 * scale)),
    ]


def _wider(trunk: Trunk, by_mm: float) -> Trunk:
    return replace(trunk, half_width_mm=trunk.half_width_mm + by_mm, half_depth_mm=trunk.half_depth_mm + by_mm)


def _made_of(tissue: Tissue, solids: Iterable[Solid]) -> list[Part]:
    return [(solid, tissue) for solid in solids]
