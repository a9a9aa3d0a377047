from dataclasses import replace

import numpy as np
import pytest
import torch

from custom.errors import BadInput
from custom.reconstruction.regions import Region
from custom.scanner.grid import ImageGrid
from custom.simulation.anatomy import block_mean, build_anatomy, majority_regions
from custom.simulation.gating import gate_volumes_ml
from custom.simulation.position import Position
from custom.simulation.tissues import Tissue


def ml(tissues, tissue, grid) -> float:
    return float((tissues == tissue).sum()) * grid.voxel_volume_mm3 / 1000


@pytest.mark.parametrize("gate", ["ed", "es"])
def test_the_cavity_has_the_gates_volume(painted, gate) -> None:
    """Blood and papillary muscles fill it; the deformation keeps volumes."""
    animal, grid = painted.animal, painted.anatomy.grid
    shape, _ = painted.anatomy.beating.left_ventricle(painted.volumes_ml[gate])
    wall_and_cavity = shape.wall_ml + shape.cavity_ml
    tissues = painted.tissues[gate]
    measured = ml(tissues, Tissue.MYOCARDIUM, grid) + ml(tissues, Tissue.LEFT_VENTRICULAR_BLOOD, grid)
    assert measured == pytest.approx(wall_and_cavity, rel=0.03)
    assert shape.cavity_ml == pytest.approx(painted.volumes_ml[gate])
    assert ml(tissues, Tissue.LEFT_VENTRICULAR_BLOOD, grid) < painted.volumes_ml[gate]
    assert animal.heart.ejection_fraction > 0.5


def test_muscle_keeps_its_volume_between_the_gates(painted) -> None:
    grid = painted.anatomy.grid
    diastole, systole = (ml(painted.tissues[gate], Tissue.MYOCARDIUM, grid) for gate in ("ed", "es"))
    assert systole == pytest.approx(diastole, rel=0.02)


def test_only_the_heart_differs_between_the_gates(painted) -> None:
    differing = painted.tissues["ed"] != painted.tissues["es"]
    x, y, z = (
        axis[column] for axis, column in zip(painted.anatomy.grid.centres_mm(), np.nonzero(differing), strict=True)
    )
    assert 0.005 < differing.mean() < 0.08
    assert np.sqrt(x**2 + y**2 + z**2).max() < 110


def neighbours_of(tissues, mask) -> np.ndarray:
    """How many neighbours each tissue has across the faces of a mask's voxels, by tissue number."""
    found = [np.roll(tissues, shift, axis)[mask] for axis in range(3) for shift in (-1, 1)]
    return np.bincount(np.concatenate(found), minlength=len(Tissue))


def test_the_wall_closes_around_the_cavity(painted) -> None:
    """Blood meets muscle, and at the valves the left atrium, the aorta and a little fat of the groove; never lung."""
    heart = painted.anatomy.beating.pose
    x, y, z = painted.anatomy.grid.centres_mm()
    along = x[:, None, None] * heart.axes[0, 0] + y[None, :, None] * heart.axes[0, 1] + z * heart.axes[0, 2]
    for tissues in painted.tissues.values():
        cavity = tissues == Tissue.LEFT_VENTRICULAR_BLOOD
        outside = neighbours_of(tissues, cavity)
        outside[Tissue.LEFT_VENTRICULAR_BLOOD] = 0
        valves = outside[Tissue.LEFT_BLOOD]
        assert outside[Tissue.LUNG] == 0
        assert valves > 0.07 * outside[Tissue.MYOCARDIUM]
        assert outside.sum() - outside[Tissue.MYOCARDIUM] - valves < 0.5 * valves
        apical = neighbours_of(tissues, cavity & (along > heart.middle_mm @ heart.axes[0]))
        assert set(np.flatnonzero(apical)) <= {Tissue.LEFT_VENTRICULAR_BLOOD, Tissue.MYOCARDIUM}


def test_no_two_animals_are_alike(animal) -> None:
    grid = ImageGrid(shape=(28, 28, 20), spacing_mm=(10.0, 10.0, 10.0))
    first, second = (build_anatomy(animal, grid, np.random.default_rng(seed)).trunk() for seed in (0, 1))
    again = build_anatomy(animal, grid, np.random.default_rng(0)).trunk()
    assert (first == again).all()
    assert (first != second).mean() > 0.005


def test_a_grid_elsewhere_takes_the_animal_along(animal) -> None:
    still = replace(animal, body=replace(animal.body, deformation_mm=0.0))
    here = ImageGrid(shape=(28, 28, 20), spacing_mm=(10.0, 10.0, 10.0))
    there = replace(here, centre_mm=(100.0, -50.0, 30.0))
    trunks = [build_anatomy(still, grid, np.random.default_rng(0)).trunk() for grid in (here, there)]
    assert (trunks[0] != trunks[1]).mean() < 0.002


def ml_of(tissues, tissue) -> int:
    return int((tissues == tissue).sum())


def middle_of(anatomy, tissues, tissue) -> np.ndarray:
    index = np.argwhere(tissues == tissue)
    return np.array([c[column].mean() for c, column in zip(anatomy.grid.centres_mm(), index.T, strict=True)])


@pytest.fixture(scope="module")
def inspired(painted):
    return painted.anatomy.at(painted.volumes_ml["ed"], Position(breath=1.0))


def test_a_breath_takes_the_liver_down_the_heart_less_and_the_spine_not_at_all(painted, inspired) -> None:
    anatomy, resting = painted.anatomy, painted.tissues["ed"]
    motion, scale = painted.animal.motion, painted.animal.body.scale
    excursion = motion.diaphragm_excursion_mm * scale
    moved = {
        tissue: middle_of(anatomy, inspired, tissue) - middle_of(anatomy, resting, tissue)
        for tissue in (Tissue.GALLBLADDER, Tissue.LEFT_VENTRICULAR_BLOOD, Tissue.BONE)
    }
    assert moved[Tissue.GALLBLADDER] == pytest.approx([0, 0, -excursion], abs=1.2)
    expected = [0, 0, -excursion * motion.heart_follows]
    assert moved[Tissue.LEFT_VENTRICULAR_BLOOD] == pytest.approx(expected, abs=0.7)
    assert moved[Tissue.BONE] == pytest.approx([0, 0, 0], abs=0.7)


def test_lungs_expand_into_what_the_diaphragm_leaves(painted, inspired) -> None:
    resting, voxel = painted.tissues["ed"], painted.anatomy.grid.voxel_volume_mm3
    tidal_ml = (ml_of(inspired, Tissue.LUNG) - ml_of(resting, Tissue.LUNG)) * voxel / 1000
    assert 2 < tidal_ml / painted.animal.body.weight_kg < 20
    assert ml_of(inspired, Tissue.AIR) == pytest.approx(ml_of(resting, Tissue.AIR), rel=0.001)


def test_half_a_breath_lies_between(painted, inspired) -> None:
    anatomy = painted.anatomy
    half = anatomy.at(painted.volumes_ml["ed"], Position(breath=0.5))
    lungs = [ml_of(tissues, Tissue.LUNG) for tissues in (painted.tissues["ed"], half, inspired)]
    assert lungs[1] == pytest.approx((lungs[0] + lungs[2]) / 2, rel=0.02)


def test_a_shift_by_whole_voxels_moves_the_map(painted) -> None:
    """The body takes its deformation along."""
    shifted = painted.anatomy.at(painted.volumes_ml["ed"], Position(shift_mm=(5.0, -2.5, 0.0)))
    resting = painted.tissues["ed"]
    assert (shifted[10:-10, 10:-10] != resting[8:-12, 11:-9]).mean() < 1e-3


def test_a_position_is_painted_once_and_few_are_kept(painted, monkeypatch) -> None:
    monkeypatch.setattr("custom.simulation.anatomy.TRUNKS_KEPT", 2)
    grid = ImageGrid(shape=(20, 20, 14), spacing_mm=(14.0, 14.0, 14.0))
    anatomy = replace(painted.anatomy, canvas=replace(painted.anatomy.canvas, grid=grid))
    positions = [Position(breath=breath) for breath in (0.0, 0.5, 1.0)]
    first = anatomy.trunk(positions[0])
    assert anatomy.trunk(positions[0]) is first
    assert not first.flags.writeable
    for position in positions[1:]:
        anatomy.trunk(position)
    assert anatomy.trunk(positions[0]) is not first
    np.testing.assert_array_equal(anatomy.trunk(positions[0]), first)


def test_muscle_keeps_its_volume_and_the_cavity_follows_the_curve_over_all_eight_gates(painted) -> None:
    anatomy, grid = painted.anatomy, painted.anatomy.grid
    muscle, inside = [], []
    for volume in gate_volumes_ml(painted.animal):
        tissues = anatomy.at(volume)
        shape, _ = anatomy.beating.left_ventricle(volume)
        muscle.append(ml(tissues, Tissue.MYOCARDIUM, grid))
        inside.append(muscle[-1] + ml(tissues, Tissue.LEFT_VENTRICULAR_BLOOD, grid))
        assert inside[-1] == pytest.approx(shape.wall_ml + volume, rel=0.03)
    assert muscle == pytest.approx(np.full(8, np.mean(muscle)), rel=0.02)


def test_the_mean_of_a_block() -> None:
    values = np.zeros((4, 2, 2))
    values[:2] = np.arange(8).reshape(2, 2, 2)
    np.testing.assert_array_equal(block_mean(values, 2), [[[3.5]], [[0.0]]])


def test_the_region_that_fills_most_of_a_voxel_names_it() -> None:
    tissues = np.full((2, 2, 4), Tissue.LUNG, np.uint8)
    tissues[0, :, :2] = Tissue.RIGHT_BLOOD
    tissues[1, 0, 0] = Tissue.LEFT_BLOOD  # with the right-sided four: five of eight are blood
    tissues[:, :, 2:] = Tissue.MUSCLE
    regions = majority_regions(tissues, 2)
    assert regions.dtype == torch.uint8
    assert regions.tolist() == [[[Region.OTHER_BLOOD, Region.BACKGROUND]]]


def test_a_map_that_cannot_be_cut_into_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="blocks of 2"):
        block_mean(np.zeros((3, 2, 2)), 2)


@pytest.mark.parametrize(
    ("section", "name", "value"), [("heart", "offset_head_mm", 90.0), ("motion", "shift_right_mm", -100.0)]
)
def test_a_heart_outside_the_field_of_view_is_refused(animal, section, name, value) -> None:
    grid = ImageGrid(shape=(28, 28, 20), spacing_mm=(9.0, 9.0, 9.0))
    moved = replace(animal, **{section: replace(getattr(animal, section), **{name: value})})
    with pytest.raises(BadInput, match="within the field of view"):
        build_anatomy(moved, grid, np.random.default_rng(0))
