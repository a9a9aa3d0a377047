"""Activity of a virtual animal: uptake by tissue, its variation, and the photons that it emits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.scanner.grid import ImageGrid
from custom.simulation.anatomy import Anatomy
from custom.simulation.animal import Animal, Scan
from custom.simulation.gating import N_GATES
from custom.simulation.tissues import Tissue, values_of
from custom.simulation.ventricle import left_ventricle_at
from custom.simulation.waves import PlaneWaves, random_field

HALF_LIFE_MINUTES = 6.0067 * 60  # Tc-99m; Nuclear Data Sheets 145 (2017) 25
MUSCLE_G_PER_ML = 1.05  # ICRP 89
RIGHT_WALL_PERFUSION = 0.65  # of the left wall's uptake at rest; assumed, as its flow
SMALLEST_VARIATION = 0.3  # keeps every factor positive
BLOOD = (Tissue.LEFT_VENTRICULAR_BLOOD, Tissue.LEFT_BLOOD, Tissue.RIGHT_BLOOD)


@dataclass(frozen=True, kw_only=True)
class UptakePattern:
    """How uptake varies in space, the same in both gates.

    Args:
        wall: relative variation within the myocardium.
        organs: relative variation within everything else but blood.
    """

    wall: PlaneWaves
    organs: PlaneWaves


def draw_pattern(animal: Animal, generator: np.random.Generator) -> UptakePattern:
    """Draw the smooth variation of one animal's uptake."""
    return UptakePattern(
        wall=random_field(generator, sd=animal.pattern.wall_variation),
        organs=random_field(generator, sd=animal.pattern.organ_variation),
    )


def relative_activity(
    anatomy: Anatomy, tissues: np.ndarray, pattern: UptakePattern, *, myocardium: float, volume_ml: float
) -> np.ndarray:
    """Uptake per volume at every point, in the tracer's own unit.

    The mean over the myocardium is exactly its drawn uptake; a deficit, where the animal has one, and the smooth
    variation only redistribute it.

    Args:
        anatomy: the animal's anatomy, which gives grid and heart.
        tissues: tissue map at this gate, shape (x, y, z), see `Tissue`.
        pattern: smooth variation.
        myocardium: mean uptake of the myocardium at this gate.
        volume_ml: of the left ventricle's cavity at this gate.

    Returns:
        Relative activity per volume, shape (x, y, z), float32; red cells: blood is 1.
    """
    axes = anatomy.grid.centres_mm()
    activity = values_of(tissues, uptake_table(anatomy.animal, myocardium=myocardium))
    solid = ~np.isin(tissues, BLOOD)
    activity[solid] *= np.maximum(1 + pattern.organs.at(*axes)[solid], SMALLEST_VARIATION)
    wall = tissues == Tissue.MYOCARDIUM
    uptake = np.maximum(1 + pattern.wall.at(*axes)[wall], SMALLEST_VARIATION) * _deficit(anatomy, wall, volume_ml)
    activity[wall] = myocardium * uptake / uptake.mean(dtype=np.float64)
    return activity


def uptake_table(animal: Animal, *, myocardium: float) -> dict[Tissue, float]:
    """Return the mean uptake of every tissue; the right ventricle's wall holds as much blood as the left one's."""
    uptake = animal.uptake
    right_wall = myocardium * (RIGHT_WALL_PERFUSION if animal.tracer == "perfusion" else 1.0)
    return dict.fromkeys(Tissue, 0.0) | {
        Tissue.FAT: uptake.fat,
        Tissue.MUSCLE: uptake.muscle,
        Tissue.BONE: uptake.bone,
        Tissue.MARROW: uptake.marrow,
        Tissue.LUNG: uptake.lung,
        Tissue.LIVER: uptake.liver,
        Tissue.GALLBLADDER: uptake.gallbladder,
        Tissue.STOMACH_WALL: uptake.stomach_wall,
        Tissue.STOMACH_CONTENT: uptake.fat,
        Tissue.SPLEEN: uptake.spleen,
        Tissue.BOWEL: uptake.bowel,
        Tissue.MYOCARDIUM: myocardium,
        Tissue.RIGHT_HEART_WALL: right_wall,
        Tissue.LEFT_VENTRICULAR_BLOOD: uptake.blood,
        Tissue.LEFT_BLOOD: uptake.blood,
        Tissue.RIGHT_BLOOD: uptake.blood,
    }


def concentration_mbq_per_ml(animal: Animal) -> float:
    """Activity per volume where the relative activity is 1, at the time of the scan.

        red cells: c = A · e · 2^(−t/T½) / (v · w)      perfusion: c = A · u · ρ · 2^(−t/T½)

    with the injected activity A, labelling efficiency e, blood volume v per weight w, uptake u per gram and density ρ
    of myocardium.
    """
    scan = animal.scan
    decayed = scan.injected_mbq * 2 ** (-scan.minutes_after_injection / HALF_LIFE_MINUTES)
    if animal.tracer == "perfusion":
        return decayed * scan.myocardial_uptake_per_g * MUSCLE_G_PER_ML
    return decayed * scan.labelling_efficiency / (scan.blood_ml_per_kg * animal.body.weight_kg)


def gate_seconds(scan: Scan) -> float:
    """Return how long one gate is seen: its share of the scan's end-expiratory time."""
    return scan.scan_seconds * scan.end_expiration / N_GATES


def photons_per_voxel(animal: Animal, grid: ImageGrid, *, photons_per_decay: float) -> float:
    """Return how many photons a voxel of relative activity 1 emits during one gate."""
    decays = concentration_mbq_per_ml(animal) * 1e6 * gate_seconds(animal.scan)
    return decays * photons_per_decay * grid.voxel_volume_mm3 / 1000


def _deficit(anatomy: Anatomy, wall: np.ndarray, volume_ml: float) -> np.ndarray:
    """Return the factor of a territory's deficit at each voxel of the wall, 1 where the animal has none.

        1 − s · exp(−(r/R)²)

    with the distance r from the territory's centre, which moves with the wall.
    """
    animal = anatomy.animal
    if not animal.has_deficit:
        return np.ones(int(wall.sum()), dtype=np.float32)
    shape = left_ventricle_at(volume_ml, animal.body, animal.heart)
    middle = anatomy.beating.left_ventricle(volume_ml)[1]
    height, angle = animal.pattern.deficit_height, np.radians(animal.pattern.deficit_angle_deg)
    along = height * (shape.half_length_mm if height > 0 else shape.base_mm)
    around = (shape.radius_mm + shape.wall_mm / 2) * np.sqrt(max(0.0, 1 - (along / shape.outer_half_length_mm) ** 2))
    centre = middle + np.array([along, around * np.cos(angle), around * np.sin(angle)]) @ anatomy.beating.pose.axes
    distance_squared = ((anatomy.coordinates[:, wall] - centre[:, None].astype(np.float32)) ** 2).sum(axis=0)
    return 1 - animal.pattern.deficit_severity * np.exp(-distance_squared / animal.pattern.deficit_radius_mm**2)
