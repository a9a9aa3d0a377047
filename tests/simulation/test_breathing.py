from dataclasses import replace

import numpy as np
import pytest

from custom.simulation.breathing import breathed_heart, breathed_thorax, diaphragm_descent_mm, heart_shift_mm


@pytest.fixture
def known(animal):
    """An animal of 25 kg whose diaphragm descends by 10 mm and the heart by half of that."""
    motion = replace(animal.motion, diaphragm_excursion_mm=10.0, heart_follows=0.5)
    return replace(animal, motion=motion, body=replace(animal.body, weight_kg=25.0))


def test_descent_grows_with_the_breath(known) -> None:
    assert diaphragm_descent_mm(known, 0.0) == 0
    assert diaphragm_descent_mm(known, 0.3) == pytest.approx(3)
    np.testing.assert_allclose(heart_shift_mm(known, 1.0), [0, 0, -5])


def test_the_heart_keeps_its_shape_and_axis(known, painted) -> None:
    beating = painted.anatomy.beating
    moved = breathed_heart(beating, known, 1.0)
    np.testing.assert_allclose(moved.pose.apex_mm - beating.pose.apex_mm, [0, 0, -5])
    np.testing.assert_array_equal(moved.pose.axes, beating.pose.axes)
    assert moved.largest_ml == beating.largest_ml


def test_walls_and_spine_stay_while_the_dome_descends(known, painted) -> None:
    thorax = painted.anatomy.thorax
    inspired = breathed_thorax(thorax, known, 1.0)
    assert (inspired.skin, inspired.cavity, inspired.spine_mm) == (thorax.skin, thorax.cavity, thorax.spine_mm)
    np.testing.assert_allclose(inspired.diaphragm.top_mm - thorax.diaphragm.top_mm, [0, 0, -10])
    np.testing.assert_array_equal(inspired.point(1.0, 2.0, 3.0), thorax.point(1.0, 2.0, 3.0))
