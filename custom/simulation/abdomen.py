"""What lies below the diaphragm: liver with its vessels, gallbladder, stomach, spleen and bowel.

Drawn sizes stand in `canine.yaml`; fixed proportions are assumed, after topographic anatomy of the dog; lengths at
25 kg, from the top of the dome.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from custom.simulation.mediastinum import caval_hiatus_mm
from custom.simulation.solids import Ellipsoid, HalfSpace, RoundCone, Solid, tube
from custom.simulation.thorax import Thorax
from custom.simulation.tissues import Part, Tissue, made_of
from custom.simulation.trees import Tree, grow_tree
from custom.simulation.trunk import Abdomen, Within

SUPPLIED_ML = 9.0  # of liver by one last branch
PORTA_MM = np.array([4.0, -22.0, -66.0])
STOMACH_AT_MM = np.array([-30.0, -34.0, -66.0])
STOMACH_MM = np.array([30.0, 40.0, 25.0])
GASTRIC_WALL_MM = 4.0
N_RUGAE = 14
LIVER_SLOPE = (0.22, 0.20)  # of its lower surface, down to the right and to the front
LOBE_MM = 37.0


@dataclass(frozen=True, kw_only=True)
class AbdominalDetail:
    """What is drawn of the abdomen besides sizes; millimetres from the top of the dome.

    Args:
        hepatic_veins: tree from the caval hiatus.
        portal_veins: tree from the porta of the liver.
        loops_mm: points along each loop of the bowel, shape (loop, point, 3).
        filling: of each loop, from 0, with gas, to 1, with fluid, shape (loop,).
    """

    hepatic_veins: Tree
    portal_veins: Tree
    loops_mm: np.ndarray
    filling: np.ndarray


def draw_abdomen(thorax: Thorax, generator: np.random.Generator) -> AbdominalDetail:
    """Draw the liver's vessels and the loops of the bowel."""
    top, scale, liver = thorax.diaphragm.top_mm, thorax.body.scale, _liver(thorax)
    half = np.array([0.8 * thorax.cavity.half_width_mm, 0.9 * thorax.cavity.half_depth_mm, 48.0 * scale])
    middle = top + np.array([0.0, -15.0, -50.0]) * scale
    trees = []
    for root in (caval_hiatus_mm(thorax) + np.array([0.0, 0.0, -14.0]) * scale, top + PORTA_MM * scale):
        points = middle + half * generator.uniform(-1, 1, size=(int(8 * half.prod() / 1000 / SUPPLIED_ML), 3))
        inside = replace(liver, below_mm=8.0 * scale).contains(*points.T)
        tree = grow_tree(root[None], points[inside], tip_radius_mm=1.25, largest_mm=4.6 * scale)
        trees.append(replace(tree, nodes_mm=tree.nodes_mm - top))
    n_loops, n_points = 16, 7
    starts = generator.uniform((-62, -66, -150), (62, 52, -84), size=(n_loops, 3))
    steps = generator.normal(size=(n_loops, n_points, 3)) * np.array([16.0, 15.0, 8.0])
    return AbdominalDetail(
        hepatic_veins=trees[0],
        portal_veins=trees[1],
        loops_mm=(starts[:, None] + np.cumsum(steps, axis=1)) * scale,
        filling=generator.uniform(size=n_loops),
    )


def abdominal_parts(thorax: Thorax, detail: AbdominalDetail, gas: float) -> list[Part]:
    """Return the diaphragm and all below it.

    Args:
        thorax: at any depth of breath.
        detail: vessels and loops.
        gas: of the stomach's height, the share that gas fills; it lies uppermost, ventral, for the animal is supine.
    """
    content = _content(thorax)
    return [
        (thorax.diaphragm, Tissue.MUSCLE),
        (content, Tissue.FAT),
        *_bowel(thorax, detail, content),
        *_liver_parts(thorax, detail),
        *_stomach(thorax, content, gas),
        *_spleen(thorax, content),
        *_crura(thorax, content),
    ]


def _content(thorax: Thorax) -> Abdomen:
    return replace(thorax.diaphragm, below_mm=2.6 * thorax.body.scale)


def _liver(thorax: Thorax) -> Abdomen:
    # the dome's top lies ventral of the liver's middle, from which its length counts
    floor = thorax.diaphragm.top_mm[2] - (thorax.body.liver_length_mm + 40.0 * LIVER_SLOPE[1]) * thorax.body.scale
    return replace(_content(thorax), floor_mm=floor, floor_slope=LIVER_SLOPE, lobe_mm=LOBE_MM * thorax.body.scale)


def _crura(thorax: Thorax, content: Abdomen) -> list[Part]:
    """Return the fat around the abdominal aorta, and the diaphragm's crura on both sides of it."""
    scale, top, height = thorax.body.scale, thorax.diaphragm.top_mm, np.array([0.0, 0.0, 1.0])
    fat = Ellipsoid(centre_mm=thorax.point(-6.0, 14.0, 0.0), semi_axes_mm=(21.0 * scale, 21.0 * scale, 400.0))
    crura: list[RoundCone] = []
    for side in (-1, 1):
        points = [
            thorax.point(-8.0 + side * across, before, 0.0)
            for across, before in ((8.0, 12.0), (13.0, 20.0), (9.0, 31.0))
        ]
        levels = top[2] + np.array([-130.0, -80.0, -42.0]) * scale - thorax.level_mm
        crura += tube([p + z * height for p, z in zip(points, levels, strict=True)], np.array([6.0, 5.0, 3.0]) * scale)
    return [
        (Within(solid=fat, limit=content), Tissue.FAT),
        *made_of(Tissue.MUSCLE, [Within(solid=piece, limit=thorax.diaphragm) for piece in crura]),
    ]


def _liver_parts(thorax: Thorax, detail: AbdominalDetail) -> list[Part]:
    """Return the liver's lobes, its vessels and the gallbladder between two of its lobes."""
    liver, scale, top = _liver(thorax), thorax.body.scale, thorax.diaphragm.top_mm
    vessels = [
        cone
        for tree in (detail.portal_veins, detail.hepatic_veins)
        for cone in replace(tree, nodes_mm=tree.nodes_mm + top).cones()
    ]
    bladder = Ellipsoid(
        centre_mm=top + np.array([17.0, 12.0, -42.0]) * scale,
        semi_axes_mm=(10.0 * scale, 11.0 * scale, 17.0 * scale),
    )
    return [
        (liver, Tissue.LIVER),
        *made_of(Tissue.HEPATIC_VESSEL, [Within(solid=cone, limit=liver) for cone in vessels]),
        (Within(solid=bladder, limit=_content(thorax)), Tissue.GALLBLADDER),
    ]


def _stomach(thorax: Thorax, content: Abdomen, gas: float) -> list[Part]:
    """Return the stomach: a wall in folds, gas over fluid."""
    scale, at = thorax.body.scale, thorax.diaphragm.top_mm + STOMACH_AT_MM * thorax.body.scale
    axes = _tilted(18.0)
    a, b, c = STOMACH_MM * scale

    def body(thinner_mm: float) -> Ellipsoid:
        return Ellipsoid(centre_mm=at, axes=axes, semi_axes_mm=(a - thinner_mm, b - thinner_mm, c - thinner_mm))

    pylorus = at + np.array([[10.0, 18.0, -8.0], [38.0, 24.0, -14.0], [56.0, 6.0, -12.0]]) * scale
    level = at + np.array([0.0, b * (1 - 2 * gas), 0.0])
    surface = HalfSpace(point_mm=level, outward=np.array([0.0, -1.0, 0.0]))
    around = np.linspace(0, 2 * np.pi, N_RUGAE, endpoint=False)
    folds = [
        Ellipsoid(
            centre_mm=at + np.array([(a - 4.4) * np.cos(t), (b - 4.4) * np.sin(t), 0.0]) @ axes,
            axes=axes,
            semi_axes_mm=(2.2, 2.2, 0.75 * c),
        )
        for t in around
    ]
    lumen = body(GASTRIC_WALL_MM)
    pieces: list[Part] = [
        *made_of(Tissue.STOMACH_WALL, [*tube(list(pylorus), np.array([13.0, 10.0, 8.0]) * scale), body(0.0)]),
        *made_of(Tissue.STOMACH_CONTENT, [*tube(list(pylorus), np.array([8.0, 5.0, 3.0]) * scale), lumen]),
        (Within(solid=lumen, limit=surface), Tissue.GAS),
        *made_of(Tissue.STOMACH_WALL, [Within(solid=fold, limit=body(1.0)) for fold in folds]),
    ]
    return [(Within(solid=solid, limit=content), tissue) for solid, tissue in pieces]


def _tilted(degrees: float) -> np.ndarray:
    """Return axes turned about the direction to the head."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _spleen(thorax: Thorax, content: Abdomen) -> list[Part]:
    """Return the spleen, a tongue along the left wall."""
    cavity, scale, top = thorax.cavity, thorax.body.scale, thorax.diaphragm.top_mm
    left = cavity.middle_x_mm - cavity.half_width_mm
    points = np.array([[24.0, -46.0, -60.0], [12.0, -18.0, -68.0], [11.0, 12.0, -84.0]]) * scale
    points[:, 2] *= thorax.body.spleen_length_mm / 42.0
    points += np.array([left, top[1], top[2]])
    tongue = tube(list(points), np.array([11.0, 15.0, 10.0]) * scale)
    return made_of(Tissue.SPLEEN, [Within(solid=piece, limit=content) for piece in tongue])


def _bowel(thorax: Thorax, detail: AbdominalDetail, content: Abdomen) -> list[Part]:
    """Return the bowel's loops with what fills them."""
    scale, top, parts = thorax.body.scale, thorax.diaphragm.top_mm, []
    for loop, filling in zip(detail.loops_mm, detail.filling.tolist(), strict=True):
        wall: list[RoundCone] = tube(list(loop + top), 7.5 * scale, step_mm=9.0)
        lumen: list[Solid] = [replace(p, start_radius_mm=5.2 * scale, end_radius_mm=5.2 * scale) for p in wall]
        filled = Tissue.GAS if filling < 0.2 else Tissue.BOWEL_CONTENT
        parts += made_of(Tissue.BOWEL, wall) + made_of(filled, lumen)
    return [(Within(solid=solid, limit=content), tissue) for solid, tissue in parts]
