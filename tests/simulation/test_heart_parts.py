import numpy as np
import pytest

from custom.simulation.drawing import draw_animal
from custom.simulation.heart import place_heart
from custom.simulation.heart_parts import (
    arch_start_mm,
    heart_parts,
    left_atrium,
    papillary_muscles,
    pulmonary_bifurcation_mm,
    right_atrium,
)
from custom.simulation.tissues import Tissue
from custom.simulation.ventricle import end_diastolic_volume_ml


@pytest.fixture(scope="module", params=range(3))
def drawn(request, ranges):
    return draw_animal(np.random.default_rng(request.param), ranges)


@pytest.fixture(scope="module")
def beating(drawn):
    return place_heart(drawn.body, drawn.heart, (0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def volumes(drawn):
    largest = end_diastolic_volume_ml(drawn.body, drawn.heart)
    return largest, largest * (1 - drawn.heart.ejection_fraction)


def test_atria_lie_behind_the_valves_on_their_sides(beating, volumes) -> None:
    left, right = left_atrium(beating, volumes[0]).centre_mm, right_atrium(beating, volumes[0]).centre_mm
    middle = beating.pose.middle_mm
    assert right[0] > left[0] + 10
    assert left[1] < middle[1] - 20
    assert left[2] > middle[2]
    assert max(left_atrium(beating, volumes[1]).semi_axes_mm) > max(left_atrium(beating, volumes[0]).semi_axes_mm)


def test_the_pulmonary_trunk_passes_left_of_the_aorta(beating) -> None:
    assert pulmonary_bifurcation_mm(beating)[0] < arch_start_mm(beating)[0] - 10
    assert arch_start_mm(beating)[2] > pulmonary_bifurcation_mm(beating)[2]


def test_papillary_muscles_keep_their_volume_and_touch_the_wall(beating, volumes) -> None:
    sizes = [np.prod(papillary_muscles(beating, volume)[0].semi_axes_mm) for volume in volumes]
    assert sizes[0] == pytest.approx(sizes[1])
    for volume in volumes:
        shape, centre = beating.left_ventricle(volume)
        for muscle in papillary_muscles(beating, volume):
            _, across, around = (muscle.centre_mm - centre) @ beating.pose.axes.T
            assert np.hypot(across, around) < shape.radius_mm < np.hypot(across, around) + muscle.semi_axes_mm[1]


def test_the_left_ventricle_is_painted_last(beating, volumes) -> None:
    tissues = [tissue for _, tissue in heart_parts(beating, volumes[0])]
    assert tissues[0] == Tissue.FAT
    assert tissues[-4:] == [
        Tissue.MYOCARDIUM,
        Tissue.LEFT_VENTRICULAR_BLOOD,
        Tissue.MYOCARDIUM,
        Tissue.MYOCARDIUM,
    ]
