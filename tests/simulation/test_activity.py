from dataclasses import replace

import numpy as np
import pytest

from custom.scanner.grid import ImageGrid
from custom.scanner.list_mode import TRACERS
from custom.simulation.activity import (
    PERFUSED,
    concentration_mbq_per_ml,
    draw_pattern,
    gate_seconds,
    myocardial_uptake,
    photons_per_second,
    relative_activity,
    uptake_table,
)
from custom.simulation.anatomy import build_anatomy
from custom.simulation.breathing import heart_shift_mm
from custom.simulation.drawing import draw_animal
from custom.simulation.position import AT_REST, Position
from custom.simulation.tissues import Tissue


def activity_of(painted, gate="ed", *, myocardium=0.15, **changes):
    animal = replace(painted.animal, **changes)
    anatomy = replace(painted.anatomy, animal=animal)
    pattern = draw_pattern(animal, np.random.default_rng(0))
    volume = painted.volumes_ml[gate]
    return relative_activity(anatomy, painted.tissues[gate], pattern, myocardium=myocardium, volume_ml=volume)


@pytest.mark.parametrize("gate", ["ed", "es"])
@pytest.mark.parametrize("has_deficit", [True, False])
def test_the_mean_over_the_wall_is_what_was_drawn(painted, gate, has_deficit) -> None:
    activity = activity_of(painted, gate, myocardium=0.137, has_deficit=has_deficit)
    wall = activity[painted.tissues[gate] == Tissue.MYOCARDIUM]
    assert wall.mean(dtype=np.float64) == pytest.approx(0.137, rel=1e-5)
    assert 0.02 < wall.std() / wall.mean() < 0.4
    assert wall.min() > 0


def test_blood_is_the_unit_and_air_is_empty(painted) -> None:
    activity, tissues = activity_of(painted), painted.tissues["ed"]
    for blood in (Tissue.LEFT_VENTRICULAR_BLOOD, Tissue.LEFT_BLOOD, Tissue.RIGHT_BLOOD):
        assert (activity[tissues == blood] == 1).all()
    assert not activity[tissues == Tissue.AIR].any()
    assert (activity >= 0).all()


def test_organs_have_their_uptake(painted) -> None:
    activity, tissues, uptake = activity_of(painted), painted.tissues["ed"], painted.animal.uptake
    assert activity[tissues == Tissue.SPLEEN].mean() == pytest.approx(uptake.spleen, rel=0.2)
    for (parenchyma, vessels), drawn in zip(PERFUSED, (uptake.lung, uptake.liver), strict=True):
        assert activity[np.isin(tissues, (*parenchyma, *vessels))].mean() == pytest.approx(drawn, rel=0.1)
        assert (activity[np.isin(tissues, vessels)] == 1).all()
    dense, aerated = (activity[tissues == tissue].mean() for tissue in (Tissue.DEPENDENT_LUNG, Tissue.LUNG))
    assert dense > 1.2 * aerated


def test_a_deficit_is_deepest_at_its_centre(painted) -> None:
    pattern = replace(
        painted.animal.pattern,
        wall_variation=0.0,
        deficit_severity=0.5,
        deficit_radius_mm=18.0,
        deficit_angle_deg=90.0,  # inferior
        deficit_height=0.0,
    )
    activity = activity_of(painted, pattern=pattern, has_deficit=True)
    wall = painted.tissues["ed"] == Tissue.MYOCARDIUM
    axes, middle = (
        painted.anatomy.beating.pose.axes,
        painted.anatomy.beating.left_outer(painted.volumes_ml["ed"]).centre_mm,
    )
    points = painted.anatomy.canvas.coordinates(WHOLE, (0.0, 0.0, 0.0))
    local = axes @ (points[:, wall] - middle[:, None])
    equator = np.abs(local[0]) < 8
    inferior, anterior = equator & (local[2] > 20), equator & (local[2] < -20)
    assert activity[wall][inferior].mean() < 0.7 * activity[wall][anterior].mean()
    assert activity[wall].min() == pytest.approx(0.5 * activity[wall].max(), rel=0.1)


WHOLE = (slice(None), slice(None), slice(None))


def deepest_mm(painted, animal, volume_ml, position=AT_REST) -> np.ndarray:
    """Where the deficit is deepest, in the room, mm."""
    anatomy = replace(painted.anatomy, animal=animal)
    tissues = anatomy.at(volume_ml, position)
    activity = relative_activity(
        anatomy,
        tissues,
        draw_pattern(animal, np.random.default_rng(0)),
        myocardium=1.0,
        volume_ml=volume_ml,
        position=position,
    )
    index = np.argwhere(
        (tissues == Tissue.MYOCARDIUM) & (activity < 0.75 * activity[tissues == Tissue.MYOCARDIUM].max())
    )
    return np.array([c[column].mean() for c, column in zip(anatomy.grid.centres_mm(), index.T, strict=True)])


@pytest.fixture(scope="module")
def with_deficit(painted):
    pattern = replace(
        painted.animal.pattern,
        wall_variation=0.0,
        deficit_severity=0.6,
        deficit_radius_mm=16.0,
        deficit_angle_deg=200.0,
        deficit_height=0.5,
    )
    return replace(painted.animal, pattern=pattern, has_deficit=True)


def test_a_deficit_moves_with_the_body_and_with_the_hearts_breath(painted, with_deficit) -> None:
    volume = painted.volumes_ml["ed"]
    resting = deepest_mm(painted, with_deficit, volume)
    position = Position(breath=1.0, shift_mm=(5.0, 0.0, 2.5))
    moved = deepest_mm(painted, with_deficit, volume, position) - resting
    assert moved == pytest.approx(np.array([5, 0, 2.5]) + heart_shift_mm(with_deficit, 1.0), abs=0.7)


def test_a_deficit_turns_with_the_apex(painted, with_deficit) -> None:
    """Anticlockwise seen from the apex: from septal towards inferior about the long axis."""
    axes, angles = painted.anatomy.beating.pose.axes, []
    for twist in (0.0, 30.0):
        animal = replace(with_deficit, heart=replace(with_deficit.heart, twist_deg=twist))
        anatomy = build_anatomy(animal, painted.anatomy.grid, np.random.default_rng(8))
        volume = painted.volumes_ml["es"]
        middle = anatomy.beating.left_ventricle(volume)[1]
        _, across, around = axes @ (deepest_mm(replace(painted, anatomy=anatomy), animal, volume) - middle)
        angles.append(np.degrees(np.arctan2(around, across)))
    assert (angles[1] - angles[0]) % 360 == pytest.approx(30 * (0.5 + 0.5) / 1.5, abs=6)


def test_the_wall_holds_the_drawn_uptake_in_the_end_gates_and_between_them_in_between(painted) -> None:
    animal, volumes = painted.animal, painted.volumes_ml
    diastole, systole = animal.uptake.myocardium_end_diastole, animal.uptake.myocardium_end_systole
    assert myocardial_uptake(animal, volumes["ed"]) == diastole
    assert myocardial_uptake(animal, volumes["es"]) == systole
    halfway = myocardial_uptake(animal, (volumes["ed"] + volumes["es"]) / 2)
    assert halfway == pytest.approx((diastole + systole) / 2)


def test_the_concentration_worked_out_by_hand(animal) -> None:
    """700 MBq, 95 % on red cells, 2 l of blood, one half-life after injection: 0.16625 MBq/ml."""
    scan = replace(
        animal.scan,
        injected_mbq=700.0,
        labelling_efficiency=0.95,
        blood_ml_per_kg=80.0,
        minutes_after_injection=360.402,
        scan_seconds=600.0,
        end_expiration=0.4,
    )
    known = replace(animal, scan=scan, body=replace(animal.body, weight_kg=25.0))
    assert concentration_mbq_per_ml(known) == pytest.approx(700 * 0.95 / 2000 / 2)
    assert gate_seconds(scan) == pytest.approx(30)  # two fifths of ten minutes, in eight
    grid = ImageGrid(spacing_mm=(10.0, 10.0, 10.0))  # 1 ml
    assert photons_per_second(known, grid, photons_per_decay=0.885) == pytest.approx(0.16625e6 * 0.885)


def test_perfusion_takes_up_a_percent_or_two_in_the_left_ventricle(ranges) -> None:
    for seed in range(20):
        animal = draw_animal(np.random.default_rng(seed), ranges, tracer="perfusion")
        wall_ml = 80
        fraction = concentration_mbq_per_ml(animal) * wall_ml / animal.scan.injected_mbq
        assert 0.005 < fraction < 0.02


def test_the_right_wall_takes_up_less_of_a_perfusion_tracer(ranges) -> None:
    cells, perfusion = (draw_animal(np.random.default_rng(0), ranges, tracer=t) for t in TRACERS)
    assert uptake_table(cells, myocardium=0.15)[Tissue.RIGHT_HEART_WALL] == 0.15
    assert uptake_table(perfusion, myocardium=1.0)[Tissue.RIGHT_HEART_WALL] < 0.8
