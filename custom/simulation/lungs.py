"""Lungs: their outline, the branching of arteries, veins and bronchi, and how a breath carries these along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from custom.simulation.heart import grown
from custom.simulation.mediastinum import carina_mm, hila_mm
from custom.simulation.painting import SLAB
from custom.simulation.solids import thicker, tube
from custom.simulation.thorax import Thorax
from custom.simulation.tissues import Part, Tissue, made_of
from custom.simulation.trees import Tree, grow_tree
from custom.simulation.trunk import Trunk
from custom.simulation.waves import PlaneWaves, random_field

SUPPLIED_ML = 3.0  # of lung by one last branch: smaller vessels are beyond a CT
TIP_MM = 0.75
LARGEST_MM = 5.0
BRONCHUS_ABOVE_MM = 1.53  # arteries thicker than this show a bronchus: above 8 last branches, of radius ∛8 · 0.75
MARGIN_MM = 4.0


@dataclass(frozen=True, kw_only=True)
class Lungs:
    """What is drawn of the lungs.

    Args:
        arteries, veins: at end-expiration, each left and right.
        texture: a field of standard deviation 1, which decides where lung is denser.
    """

    arteries: tuple[Tree, Tree]
    veins: tuple[Tree, Tree]
    texture: PlaneWaves


def draw_lungs(thorax: Thorax, generator: np.random.Generator) -> Lungs:
    """Draw the branching of one animal's lungs: it supplies points spread over what is neither heart nor abdomen."""
    arteries: list[Tree] = []
    veins: list[Tree] = []
    for side in (0, 1):
        hilum = hila_mm(thorax, side)
        for trees, roots in ((arteries, hilum.arteries), (veins, hilum.veins)):
            points = _points_within(thorax, side, generator)
            trees.append(grow_tree(roots, points, tip_radius_mm=TIP_MM, largest_mm=LARGEST_MM * thorax.body.scale))
    texture = random_field(generator, sd=1.0, n_waves=32, shortest_mm=1.6, longest_mm=5.0)
    return Lungs(arteries=(arteries[0], arteries[1]), veins=(veins[0], veins[1]), texture=texture)


def thicken_dependent(tissues: np.ndarray, axes_mm: Sequence[np.ndarray], cavity: Trunk, texture: PlaneWaves) -> None:
    """Turn patches of lung into denser lung: few ventrally, most dorsally, where a supine animal's lungs are pressed.

    Args:
        tissues: a tissue map, changed in place, shape (x, y, z).
        axes_mm: coordinates of its voxels in the body, along x, y and z.
        cavity: gives the height within the chest.
        texture: see `Lungs`.
    """
    middle = (cavity.middle_x_mm, cavity.middle_y_mm, cavity.taper_from_z_mm)
    own = [axis - m for axis, m in zip(axes_mm, middle, strict=True)]
    threshold = 0.45 + 1.1 * own[1].astype(np.float32) / np.float32(cavity.half_depth_mm)
    for first in range(0, len(tissues), SLAB):
        slab = tissues[first : first + SLAB]
        lung = slab == Tissue.LUNG
        if lung.any():
            slab[lung & (texture.at(own[0][first : first + SLAB], *own[1:]) > threshold[:, None])] = (
                Tissue.DEPENDENT_LUNG
            )


def lung_parts(thorax: Thorax, resting: Thorax, trees: Lungs) -> list[Part]:
    """Return vessels and bronchi within the lungs.

    Args:
        thorax: at a depth of breath.
        resting: at end-expiration, where the trees grew.
        trees: vessels.
    """
    carried = [
        (_carried(tree, thorax, resting), tissue)
        for pair, tissue in ((trees.veins, Tissue.PULMONARY_VEIN), (trees.arteries, Tissue.PULMONARY_ARTERY))
        for tree in pair
    ]
    parts = [part for tree, tissue in carried for part in made_of(tissue, tree.cones())]
    for tree, tissue in carried:
        if tissue == Tissue.PULMONARY_ARTERY:
            parts += _bronchi(thorax, tree)
    return parts


def _points_within(thorax: Thorax, side: int, generator: np.random.Generator) -> np.ndarray:
    """Return points spread evenly over one lung, left (0) or right (1), about one for each `SUPPLIED_ML`."""
    cavity, beating, top = thorax.cavity.wider(-MARGIN_MM), thorax.beating, thorax.diaphragm.top_mm
    half = np.array([cavity.half_width_mm * (1 + cavity.keel), cavity.half_depth_mm])
    low = np.array([cavity.middle_x_mm - half[0], cavity.middle_y_mm - half[1], thorax.level_mm - 130.0])
    high = np.array([cavity.middle_x_mm + half[0], cavity.middle_y_mm + half[1], thorax.level_mm + 125.0])
    tried = int((high - low).prod() / 1000 / SUPPLIED_ML)
    points = generator.uniform(low, high, size=(tried, 3))
    x, y, z = points.T
    volume = beating.largest_ml
    hearts = [grown(solid, 7.0) for solid in (beating.left_outer(volume), beating.right_cavity(volume))]
    kept = cavity.contains(x, y, z) & (np.sign(x - cavity.middle_x_mm) == 2 * side - 1)
    kept &= (np.abs(x - cavity.middle_x_mm) > MARGIN_MM) & (
        np.hypot(x - thorax.spine_mm[0], y - thorax.spine_mm[1]) > 16
    )
    kept &= z > top[2] + MARGIN_MM - thorax.diaphragm.depth(x, y)
    for solid in hearts:
        kept &= ~solid.contains(x, y, z)
    return points[kept]


def _carried(tree: Tree, thorax: Thorax, resting: Thorax) -> Tree:
    """Return a tree at a depth of breath: it goes with the heart at the hilum, with the diaphragm on it."""
    dome, hilum_z, apex_z = resting.diaphragm, resting.level_mm + 20.0, resting.level_mm + 120.0
    descent = float(dome.top_mm[2] - thorax.diaphragm.top_mm[2])
    heart = float(resting.beating.pose.middle_mm[2] - thorax.beating.pose.middle_mm[2])
    nodes = tree.nodes_mm.copy()
    x, y, z = nodes.T
    floor = np.minimum(dome.top_mm[2] - dome.depth(x, y), hilum_z - 1.0)
    below = np.clip((hilum_z - z) / (hilum_z - floor), 0, 1)
    above = np.clip((z - hilum_z) / (apex_z - hilum_z), 0, 1)
    nodes[:, 2] -= heart * (1 - above) + (descent - heart) * below
    return replace(tree, nodes_mm=nodes)


def _bronchi(thorax: Thorax, arteries: Tree) -> list[Part]:
    """Return bronchi that run with the larger arteries, dorsal of them, and join the carina."""
    scale = thorax.body.scale
    dorsal = np.array([0.0, -1.0, 0.35]) / np.hypot(1.0, 0.35)
    beside = replace(arteries, nodes_mm=arteries.nodes_mm + dorsal * (1.75 * arteries.radii_mm[:, None] + 1.0))
    walls = beside.cones(times=0.85, thicker_mm=0.9, above_mm=BRONCHUS_ABOVE_MM)
    lumens = beside.cones(times=0.85, above_mm=BRONCHUS_ABOVE_MM)
    carina, hilum = carina_mm(thorax), beside.nodes_mm[0]
    main = tube([carina, hilum], np.array([5.4, 4.4]) * scale)
    return [
        *made_of(Tissue.BRONCHUS_WALL, [*walls, *(thicker(piece, 1.1) for piece in main)]),
        *made_of(Tissue.BRONCHUS, lumens),
        *made_of(Tissue.AIRWAY, main),
    ]
