"""Activity of a virtual animal: uptake by tissue, its variation, and the photons that it emits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.scanner.grid import ImageGrid
from custom.simulation.anatomy import Anatomy
from custom.simulation.animal import Animal, Scan
from custom.simulation.breathing import heart_shift_mm
from custom.simulation.gating import N_GATES, end_gates
from custom.simulation.painting import Box
from custom.simulation.position import AT_REST, Position
from custom.simulation.tissues import BLOOD, Tissue, values_of
from custom.simulation.waves import PlaneWaves, random_field

HALF_LIFE_MINUTES = 6.0067 * 60  # Tc-99m; Nuclear Data Sheets 145 (2017) 25
MUSCLE_G_PER_ML = 1.05  # ICRP 89
RIGHT_WALL_PERFUSION = 0.65  # of the left wall's uptake at rest; assumed, as its flow
PERFUSED = (
    ((Tissue.LUNG, Tissue.DEPENDENT_LUNG), (Tissue.PULMONARY_ARTERY, Tissue.PULMONARY_VEIN)),
    ((Tissue.LIVER,), (Tissue.HEPATIC_VESSEL,)),
)
SMALLEST_VARIATION = 0.3  # keeps every factor positive
ATRIAL_WALL_PERFUSION = 0.3  # of the left wall's; assumed, as above


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
    anatomy: Anatomy,
    tissues: np.ndarray,
    pattern: UptakePattern,
    *,
    myocardium: float,
    volume_ml: float,
    position: Position = AT_REST,
) -> np.ndarray:
    """Uptake per volume at every point, in the tracer's own unit.

    The mean over the myocardium is exactly its drawn uptake; a deficit, where the animal has one, and the smooth
    variation only redistribute it. The drawn uptakes of lung and liver are means with their vessels.

    Args:
        anatomy: the animal's anatomy, which gives grid and heart.
        tissues: tissue map at this gate, shape (x, y, z), see `Tissue`.
        pattern: smooth variation.
        myocardium: mean uptake of the myocardium at this gate.
        volume_ml: of the left ventricle's cavity at this gate.
        position: breath and shift; the variation moves with the body, that of the wall and the deficit with the heart.

    Returns:
        Relative activity per volume, shape (x, y, z), float32; red cells: blood is 1.
    """
    animal = anatomy.animal
    activity = values_of(tissues, _with_vessels(uptake_table(animal, myocardium=myocardium), tissues))
    axes = [c - s for c, s in zip(anatomy.grid.centres_mm(), position.shift_mm, strict=True)]
    varying = np.array([tissue not in BLOOD for tissue in Tissue])[tissues]
    np.multiply(activity, np.maximum(1 + pattern.organs.at(*axes), SMALLEST_VARIATION), out=activity, where=varying)
    wall = tissues == Tissue.MYOCARDIUM
    box = _box_of(wall)
    within = wall[box]
    moved = heart_shift_mm(animal, position.breath)
    uptake = 1 + pattern.wall.at(*[c[part] - s for c, part, s in zip(axes, box, moved, strict=True)])[within]
    uptake = np.maximum(uptake, SMALLEST_VARIATION)
    if animal.has_deficit:
        uptake *= _deficit(anatomy, anatomy.canvas.coordinates(box, position.shift_mm)[:, within], volume_ml, moved)
    activity[box][within] = myocardium * uptake / uptake.mean(dtype=np.float64)
    return activity


def myocardial_uptake(animal: Animal, volume_ml: float) -> float:
    """Return the myocardium's mean uptake when the left ventricle has a volume.

        u(V) = u_ED + (u_ES − u_ED) (V_ED − V) / (V_ED − V_ES)

    with the volumes of the end-diastolic and the end-systolic gate, which have exactly the drawn uptakes.
    """
    ends = end_gates(animal)
    volumes = [ends[gate][1] for gate in ("es", "ed")]
    uptakes = [animal.uptake.myocardium_end_systole, animal.uptake.myocardium_end_diastole]
    return float(np.interp(volume_ml, volumes, uptakes))


def uptake_table(animal: Animal, *, myocardium: float) -> dict[Tissue, float]:
    """Return the mean uptake of every tissue.

    Of red cells the right ventricle's and the atria's walls hold as much as the left ventricle's, dependent lung more
    with its density, and what is in the bowel none.
    """
    uptake, perfusion = animal.uptake, animal.tracer == "perfusion"
    density = (1000 + animal.ct.dependent_lung) / (1000 + animal.ct.lung)
    return (
        dict.fromkeys(Tissue, 0.0)
        | dict.fromkeys(BLOOD, uptake.blood)
        | {
            Tissue.FAT: uptake.fat,
            Tissue.MUSCLE: uptake.muscle,
            Tissue.BONE: uptake.bone,
            Tissue.MARROW: uptake.marrow,
            Tissue.CARTILAGE: uptake.fat,
            Tissue.SPINAL_CORD: uptake.fat,
            Tissue.LUNG: uptake.lung,
            Tissue.DEPENDENT_LUNG: uptake.lung * density,
            Tissue.BRONCHUS_WALL: uptake.muscle,
            Tissue.LIVER: uptake.liver,
            Tissue.GALLBLADDER: uptake.gallbladder,
            Tissue.STOMACH_WALL: uptake.stomach_wall,
            Tissue.STOMACH_CONTENT: uptake.fat,
            Tissue.SPLEEN: uptake.spleen,
            Tissue.BOWEL: uptake.bowel,
            Tissue.BOWEL_CONTENT: uptake.bowel if perfusion else uptake.fat,
            Tissue.MYOCARDIUM: myocardium,
            Tissue.RIGHT_HEART_WALL: myocardium * (RIGHT_WALL_PERFUSION if perfusion else 1.0),
            Tissue.ATRIAL_WALL: myocardium * (ATRIAL_WALL_PERFUSION if perfusion else 1.0),
        }
    )


def _with_vessels(table: dict[Tissue, float], tissues: np.ndarray) -> dict[Tissue, float]:
    """Return the table with less uptake in lung and liver tissue by what their vessels hold: the means are drawn."""
    table = dict(table)
    for parenchyma, vessels in PERFUSED:
        voxels = {tissue: np.count_nonzero(tissues == tissue) for tissue in (*parenchyma, *vessels)}
        wanted = table[parenchyma[0]] * sum(voxels.values())
        in_vessels = sum(table[tissue] * voxels[tissue] for tissue in vessels)
        in_parenchyma = sum(table[tissue] * voxels[tissue] for tissue in parenchyma)
        if in_parenchyma > 0:
            share = max((wanted - in_vessels) / in_parenchyma, SMALLEST_VARIATION)
            table |= {tissue: table[tissue] * share for tissue in parenchyma}
    return table


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


def photons_per_second(animal: Animal, grid: ImageGrid, *, photons_per_decay: float) -> float:
    """Return how many photons a voxel of relative activity 1 emits in a second at the time of the scan."""
    return concentration_mbq_per_ml(animal) * 1e6 * photons_per_decay * grid.voxel_volume_mm3 / 1000


def gate_seconds(scan: Scan) -> float:
    """Return how long one gate is seen: its share of the scan's end-expiratory time."""
    return scan.scan_seconds * scan.end_expiration / N_GATES


def _box_of(mask: np.ndarray) -> Box:
    """Return the smallest box that holds a mask's voxels."""
    spans = [np.flatnonzero(mask.any(axis=across)) for across in ((1, 2), (0, 2), (0, 1))]
    x, y, z = (slice(int(span[0]), int(span[-1]) + 1) for span in spans)
    return x, y, z


def _deficit(anatomy: Anatomy, points_mm: np.ndarray, volume_ml: float, moved_mm: np.ndarray) -> np.ndarray:
    """Return the factor of a territory's deficit at points of the wall, shape (3, point).

        1 − s · exp(−(r/R)²)

    with the distance r from the territory's centre, which moves and turns with the wall.
    """
    drawn, beating = anatomy.animal.pattern, anatomy.beating
    shape, middle = beating.left_ventricle(volume_ml)
    along = drawn.deficit_height * (shape.half_length_mm if drawn.deficit_height > 0 else shape.base_mm)
    angle = np.radians(drawn.deficit_angle_deg) + beating.twist_rad(volume_ml, along)
    around = (shape.radius_mm + shape.wall_mm / 2) * np.sqrt(max(0.0, 1 - (along / shape.outer_half_length_mm) ** 2))
    offset = np.array([along, around * np.cos(angle), around * np.sin(angle)]) @ beating.pose.axes
    centre = (middle + moved_mm + offset).astype(np.float32)
    distance_squared = ((points_mm - centre[:, None]) ** 2).sum(axis=0)
    return 1 - drawn.deficit_severity * np.exp(-distance_squared / drawn.deficit_radius_mm**2)
