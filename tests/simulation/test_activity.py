from dataclasses import replace

import numpy as np
import pytest

from custom.scanner.grid import ImageGrid
from custom.simulation.activity import (
    concentration_mbq_per_ml,
    draw_pattern,
    gate_seconds,
    photons_per_voxel,
    relative_activity,
    uptake_table,
)
from custom.simulation.animal import TRACERS
from custom.simulation.drawing import draw_animal
from custom.simulation.tissues import Tissue


def activity_of(painted, gate="ed", *, myocardium=0.15, **pattern_changes):
    animal = replace(painted.animal, **pattern_changes)
    anatomy = replace(painted.anatomy, animal=animal)
    anatomy.__dict__["coordinates"] = painted.anatomy.coordinates  # painted once for all tests
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
    for tissue, drawn in ((Tissue.LIVER, uptake.liver), (Tissue.LUNG, uptake.lung), (Tissue.SPLEEN, uptake.spleen)):
        assert activity[tissues == tissue].mean() == pytest.approx(drawn, rel=0.2)


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
    local = axes @ (painted.anatomy.coordinates[:, wall] - middle[:, None])
    equator = np.abs(local[0]) < 8
    inferior, anterior = equator & (local[2] > 20), equator & (local[2] < -20)
    assert activity[wall][inferior].mean() < 0.7 * activity[wall][anterior].mean()
    assert activity[wall].min() == pytest.approx(0.5 * activity[wall].max(), rel=0.1)


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
    assert photons_per_voxel(known, grid, photons_per_decay=0.885) == pytest.approx(0.16625e6 * 30 * 0.885)


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
