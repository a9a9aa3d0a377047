from dataclasses import replace

import numpy as np
import pytest

from custom.errors import BadInput
from custom.simulation.heart import place_heart
from custom.simulation.ventricle import end_diastolic_volume_ml

STEP_MM = 1.5


def points_about(solid):
    axes = [np.arange(a, b, STEP_MM, dtype=np.float32) for a, b in zip(*solid.bounds_mm, strict=True)]
    return np.meshgrid(*axes, indexing="ij")


def test_the_apex_points_to_the_left_the_front_and_the_feet(beating) -> None:
    right, anterior, head = beating.pose.axes[0]
    assert right < 0 < anterior
    assert head < 0
    np.testing.assert_allclose(beating.pose.axes @ beating.pose.axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(beating.pose.axes) == pytest.approx(1)


def test_the_septum_faces_right_and_front_and_the_inferior_wall_down(beating) -> None:
    septal, inferior = beating.pose.axes[1], beating.pose.axes[2]
    assert septal[0] > 0.4
    assert septal[1] > 0
    assert inferior[2] < -0.2
    assert inferior[1] < 0


def test_the_left_ventricle_lies_at_the_focus(beating, volumes) -> None:
    assert np.linalg.norm(beating.pose.middle_mm) <= 15
    low, high = beating.left_outer(volumes[0]).bounds_mm
    assert np.linalg.norm((low + high) / 2) < 30


def test_the_apex_stays_while_the_base_comes_to_it(beating, volumes) -> None:
    bases = [beating.base_point(volume, beyond_mm=0.0, septal=0.0, inferior=0.0) for volume in volumes]
    descent = (bases[1] - bases[0]) @ beating.pose.axes[0]
    assert 3 < descent < 20
    for volume in volumes:
        shape, centre = beating.left_ventricle(volume)
        np.testing.assert_allclose(centre + shape.outer_half_length_mm * beating.pose.axes[0], beating.pose.apex_mm)


def test_the_right_ventricle_ejects_what_the_left_one_does(beating, drawn, volumes) -> None:
    cavities = []
    for volume in volumes:
        right, left = beating.right_cavity(volume), beating.left_outer(volume)
        points = points_about(right)
        cavities.append((right.contains(*points) & ~left.contains(*points)).sum() * STEP_MM**3 / 1000)
    assert cavities[0] == pytest.approx(drawn.heart.right_over_left_volume * volumes[0], rel=0.02)
    assert cavities[0] - cavities[1] == pytest.approx(volumes[0] - volumes[1], rel=0.04)


def test_the_right_wall_thickens_in_systole(beating, drawn, volumes) -> None:
    assert beating.right_wall_mm(volumes[0]) == pytest.approx(drawn.heart.right_wall_mm * drawn.body.scale, abs=0.06)
    assert beating.right_wall_mm(volumes[1]) > beating.right_wall_mm(volumes[0])


def test_a_right_ventricle_that_fits_nowhere_is_refused(drawn) -> None:
    heart = replace(drawn.heart, right_over_left_volume=20.0)
    with pytest.raises(BadInput, match="no right ventricle"):
        place_heart(drawn.body, heart, (0.0, 0.0, 0.0)).right_cavity(end_diastolic_volume_ml(drawn.body, heart))
