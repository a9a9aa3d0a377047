import numpy as np
import pytest

from custom.simulation.heart_parts import pulmonary_bifurcation_mm
from custom.simulation.mediastinum import carina_mm, caval_hiatus_mm, hila_mm, left_vessels, right_vessels


@pytest.fixture(scope="module")
def thorax(painted):
    return painted.anatomy.thorax


def test_the_hila_lie_on_their_sides_between_heart_and_spine(thorax) -> None:
    left, right = hila_mm(thorax, 0), hila_mm(thorax, 1)
    assert left.arteries[0, 0] < thorax.cavity.middle_x_mm < right.arteries[0, 0]
    assert (left.veins[:, 0] < right.veins[:, 0].min()).all()
    for hilum in (left, right):
        assert (hilum.arteries[:, 1] > thorax.spine_mm[1]).all()


def test_the_trachea_divides_dorsal_of_the_pulmonary_trunk(thorax) -> None:
    assert carina_mm(thorax)[1] < pulmonary_bifurcation_mm(thorax.beating)[1] - 8


def test_the_caval_hiatus_lies_on_the_right(thorax) -> None:
    assert caval_hiatus_mm(thorax)[0] > thorax.cavity.middle_x_mm
    assert caval_hiatus_mm(thorax)[2] < thorax.diaphragm.top_mm[2]


@pytest.mark.parametrize("vessels", [left_vessels, right_vessels])
def test_vessels_leave_the_chest_towards_the_abdomen_and_the_neck(thorax, vessels) -> None:
    ends = np.concatenate([solid.bounds_mm for solid in vessels(thorax)])
    assert ends[:, 2].min() < thorax.diaphragm.top_mm[2] - 40
    assert ends[:, 2].max() > thorax.level_mm + 100 * thorax.body.scale
