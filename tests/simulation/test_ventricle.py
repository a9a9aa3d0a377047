from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.simulation.drawing import draw_animal
from custom.simulation.ranges import load_ranges
from custom.simulation.ventricle import end_diastolic_volume_ml, left_ventricle_at, truncated_ellipsoid_ml

RANGES = load_ranges()


@pytest.fixture(scope="module")
def typical(animal):
    """Body and heart of a dog of 25 kg that is as Cornell's formulas have it."""
    body = replace(animal.body, weight_kg=25.0)
    heart = replace(
        animal.heart,
        diameter_over_cornell=1.0,
        wall_over_cornell=1.0,
        end_diastolic_volume_ml=60.0,
        ejection_fraction=0.62,
        longitudinal_shortening=0.15,
        base_height=0.5,
        apex_wall_fraction=0.7,
    )
    return body, heart


def test_a_whole_ellipsoid_and_half_of_one() -> None:
    assert truncated_ellipsoid_ml(10.0, 20.0, 20.0) == pytest.approx(4 / 3 * np.pi * 10 * 10 * 20 / 1000)
    assert truncated_ellipsoid_ml(10.0, 20.0, 0.0) == pytest.approx(2 / 3 * np.pi * 10 * 10 * 20 / 1000)


def test_a_dog_of_25_kg_has_the_measured_ventricle(typical) -> None:
    """Cornell et al. 2004: inner diameter 39 mm and wall 9 mm at end-diastole, 26 and 13 mm at end-systole."""
    diastole, systole = left_ventricle_at(60.0, *typical), left_ventricle_at(60.0 * 0.38, *typical)
    assert 2 * diastole.radius_mm == pytest.approx(39.4, abs=0.1)
    assert diastole.wall_mm == pytest.approx(8.9, abs=0.1)
    assert 2 * systole.radius_mm == pytest.approx(26, abs=0.5)
    assert systole.wall_mm == pytest.approx(13, abs=1)
    assert diastole.cavity_ml == pytest.approx(60)
    assert systole.cavity_ml == pytest.approx(22.8)
    assert diastole.wall_ml * 1.05 == pytest.approx(82, abs=8)  # g


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1))
def test_muscle_keeps_its_volume_and_thickens_as_the_cavity_empties(seed, emptied) -> None:
    drawn = draw_animal(np.random.default_rng(seed), RANGES)
    largest = end_diastolic_volume_ml(drawn.body, drawn.heart)
    diastole = left_ventricle_at(largest, drawn.body, drawn.heart)
    now = left_ventricle_at(largest * (1 - emptied * drawn.heart.ejection_fraction), drawn.body, drawn.heart)
    assert now.wall_ml == pytest.approx(diastole.wall_ml, rel=1e-6)
    assert now.wall_mm >= diastole.wall_mm - 1e-6
    assert now.half_length_mm > now.radius_mm


def test_a_wall_thicker_than_the_cavity_is_wide_is_refused(typical) -> None:
    body, heart = typical
    with pytest.raises(BadInput, match="thinner than the cavity's radius"):
        left_ventricle_at(60.0, body, replace(heart, wall_over_cornell=2.5))


def test_a_volume_too_small_for_the_diameter_is_refused(typical) -> None:
    body, heart = typical
    with pytest.raises(BadInput, match="longer than wide"):
        left_ventricle_at(20.0, body, replace(heart, end_diastolic_volume_ml=20.0))


@pytest.mark.parametrize("volume_ml", [10.0, 61.0])
def test_a_volume_that_the_beat_never_reaches_is_refused(typical, volume_ml) -> None:
    with pytest.raises(ValueError, match="between end-systole and end-diastole"):
        left_ventricle_at(volume_ml, *typical)
