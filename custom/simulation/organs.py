"""Everything but the heart, in the order in which it is painted, and what is drawn of it besides sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.simulation.abdomen import AbdominalDetail, abdominal_parts, draw_abdomen
from custom.simulation.bones import N_RIBS, bone_parts
from custom.simulation.lungs import Lungs, draw_lungs, lung_parts
from custom.simulation.mediastinum import great_vessels, mediastinal_parts
from custom.simulation.thorax import Thorax
from custom.simulation.tissues import Part, Tissue
from custom.simulation.wall import wall_parts


@dataclass(frozen=True, kw_only=True)
class Detail:
    """What is drawn of one animal's trunk besides sizes.

    Args:
        ribs: irregularity of each, see `bone_parts`.
        lungs: their vessels and texture.
        abdomen: its vessels and loops.
    """

    ribs: np.ndarray
    lungs: Lungs
    abdomen: AbdominalDetail


def draw_detail(thorax: Thorax, generator: np.random.Generator) -> Detail:
    """Draw what no two animals share."""
    return Detail(
        ribs=generator.normal(size=(N_RIBS, 2, 2)),
        lungs=draw_lungs(thorax, generator),
        abdomen=draw_abdomen(thorax, generator),
    )


def trunk_parts(thorax: Thorax, resting: Thorax, detail: Detail) -> list[Part]:
    """Return everything but the heart, the later parts painted over the earlier.

    Args:
        thorax: at a depth of breath.
        resting: at end-expiration.
        detail: of the animal.
    """
    return [
        *wall_parts(thorax),
        (thorax.cavity, Tissue.LUNG),
        *lung_parts(thorax, resting, detail.lungs),
        *mediastinal_parts(thorax),
        *abdominal_parts(thorax, detail.abdomen, thorax.body.gastric_gas),
        *great_vessels(thorax),
        *bone_parts(resting, detail.ribs),
    ]
