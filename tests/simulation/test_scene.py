"""An animal in the laboratory at moments of its scan."""

from __future__ import annotations

import numpy as np
import pytest

from custom.simulation.activity import draw_pattern
from custom.simulation.anatomy import build_anatomy
from custom.simulation.gating import end_gates
from custom.simulation.position import AT_REST, Position
from custom.simulation.scene import Examination, imbv_of_tissues
from custom.simulation.tissues import Tissue


@pytest.fixture(scope="module")
def examination(laboratory, animal):
    anatomy = build_anatomy(animal, laboratory.anatomy_grid, np.random.default_rng(8))
    return Examination(laboratory=laboratory, anatomy=anatomy, pattern=draw_pattern(animal, np.random.default_rng(9)))


@pytest.fixture(scope="module")
def volume_ml(animal):
    return end_gates(animal)["ed"][1]


@pytest.fixture(scope="module")
def scene(examination, volume_ml):
    return examination.scene(volume_ml)


def test_the_true_imbv_of_the_tissues_worked_out_by_hand() -> None:
    wall, blood = Tissue.MYOCARDIUM, Tissue.LEFT_VENTRICULAR_BLOOD
    tissues = np.array([wall, wall, blood, Tissue.LUNG], np.uint8)
    assert imbv_of_tissues(tissues, np.array([0.1, 0.2, 1.0, 7.0], np.float32)) == pytest.approx(0.15)


def test_a_scene_lies_on_its_grids(scene, laboratory) -> None:
    assert scene.tissues.shape == laboratory.anatomy_grid.shape
    assert scene.emission.shape == laboratory.emission.matrix.grid.shape
    assert scene.native_hu.shape == scene.activity.shape == laboratory.grid.shape


def test_averaging_keeps_every_photon(scene) -> None:
    assert scene.activity.sum(dtype=np.float64) == pytest.approx(scene.emission.sum(dtype=np.float64), rel=1e-5)


def test_a_tissue_of_a_scene_has_the_drawn_uptake(scene, animal) -> None:
    assert scene.imbv == pytest.approx(animal.uptake.myocardium_end_diastole / animal.uptake.blood, rel=1e-3)


def test_rates_are_the_mean_over_the_positions(examination, volume_ml) -> None:
    moved = Position(shift_mm=(0.0, 0.0, 20.0))
    both = examination.rates(volume_ml, [(0.25, AT_REST), (0.75, moved)])
    apart = [examination.rates_of(examination.scene(volume_ml, position)) for position in (AT_REST, moved)]
    for kind in ("primary", "scatter"):
        first, second = (getattr(rates, kind) for rates in apart)
        np.testing.assert_allclose(getattr(both, kind), 0.25 * first + 0.75 * second, rtol=1e-6)
        assert np.abs(first - second).max() > 0.1 * first.max()


def test_a_shifted_animal_is_the_same_animal_elsewhere(examination, volume_ml, scene) -> None:
    """By whole voxels of the camera's grid, away from its edges, where other parts of the animal come into view."""
    step = examination.laboratory.grid.spacing_mm[0]
    moved = examination.scene(volume_ml, Position(shift_mm=(step, 0.0, 0.0)))
    inner = np.s_[4:-4, 4:-4, 4:-4]
    differing = np.abs(np.roll(scene.activity, 1, axis=0) - moved.activity)[inner]
    assert differing.mean() < 0.01 * scene.activity[inner].mean()
