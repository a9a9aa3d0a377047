import numpy as np
import pytest

from custom.simulation.heart_parts import left_cavity
from custom.simulation.inner_muscles import left_trabeculae, papillary_muscles, right_trabeculae


def test_papillary_muscles_keep_their_volume_and_touch_the_wall(beating, volumes) -> None:
    sizes = [np.prod(papillary_muscles(beating, volume)[0].semi_axes_mm) for volume in volumes]
    assert sizes[0] == pytest.approx(sizes[1])
    for volume in volumes:
        shape, centre = beating.left_ventricle(volume)
        for muscle in papillary_muscles(beating, volume):
            _, across, around = (muscle.centre_mm - centre) @ beating.pose.axes.T
            assert np.hypot(across, around) < shape.radius_mm < np.hypot(across, around) + muscle.semi_axes_mm[1]


def test_papillary_muscles_turn_with_the_wall(beating, volumes) -> None:
    """From septal towards inferior, which is anticlockwise seen from the apex, by part of the twist."""
    angles = []
    for volume in volumes:
        offset = papillary_muscles(beating, volume)[0].centre_mm - beating.left_ventricle(volume)[1]
        _, across, around = offset @ beating.pose.axes.T
        angles.append(np.degrees(np.arctan2(around, across)))
    assert 0.25 * beating.heart.twist_deg < angles[1] - angles[0] < 0.8 * beating.heart.twist_deg


def test_trabeculae_keep_their_volume_and_lie_on_the_inside_of_the_wall(beating, volumes) -> None:
    sizes = [np.prod(left_trabeculae(beating, volume)[0].semi_axes_mm) for volume in volumes]
    assert sizes[0] == pytest.approx(sizes[1])
    for volume in volumes:
        cavity, wall = left_cavity(beating, volume), beating.left_outer(volume)
        for ridge in left_trabeculae(beating, volume):
            assert wall.contains(*ridge.centre_mm[:, None]).all()
            local = (ridge.centre_mm - cavity.centre_mm) @ cavity.axes.T / cavity.semi_axes_mm
            assert np.linalg.norm(local) == pytest.approx(1)
            np.testing.assert_allclose(ridge.axes @ ridge.axes.T, np.eye(3), atol=1e-9)


def test_muscles_of_the_right_ventricle_lie_in_its_cavity(beating, volumes) -> None:
    cavity = beating.right_cavity(volumes[0])
    for band in right_trabeculae(beating, volumes[0], cavity):
        assert band.limit is cavity
        assert not cavity.contains(*band.solid.end_mm[:, None]).any()  # it reaches the free wall
