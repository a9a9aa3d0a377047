from dataclasses import replace

import numpy as np
import pytest

from custom.simulation.solids import Ellipsoid
from custom.simulation.trunk import Abdomen, Sheet, Shell, Trunk, Within

TRUNK = Trunk(
    middle_x_mm=5.0,
    middle_y_mm=-10.0,
    half_width_mm=40.0,
    half_depth_mm=50.0,
    keel=0.0,
    taper=0.2,
    taper_from_z_mm=0.0,
)
AXES = np.arange(-70.0, 70.0, 2.0, dtype=np.float32)
POINTS = np.meshgrid(AXES, AXES, AXES, indexing="ij")


def area(solid, z) -> float:
    """Of a horizontal section, mm²."""
    x, y = np.meshgrid(AXES, AXES, indexing="ij")
    return float(solid.contains(x, y, np.full_like(x, z)).sum()) * 4


def test_a_section_is_an_ellipse_that_narrows_towards_the_neck() -> None:
    assert area(TRUNK, -30.0) == pytest.approx(np.pi * 40 * 50, rel=0.02)
    assert area(TRUNK, 120.0) == pytest.approx(0.8**2 * np.pi * 40 * 50, rel=0.02)


def test_a_keel_makes_the_front_narrower_than_the_back() -> None:
    keeled = replace(TRUNK, keel=0.2)
    x = np.full(1, 38.0)
    assert keeled.contains(x + 5, np.full(1, -30.0), np.zeros(1)).all()
    assert not keeled.contains(x + 5, np.full(1, 10.0), np.zeros(1)).any()


def test_a_shell_lies_between_two_trunks() -> None:
    shell = Shell(outer=TRUNK.wider(6.0), inner=TRUNK)
    expected = TRUNK.wider(6.0).contains(*POINTS) & ~TRUNK.contains(*POINTS)
    np.testing.assert_array_equal(shell.contains(*POINTS), expected)
    assert area(shell, -30.0) == pytest.approx(np.pi * (46 * 56 - 40 * 50), rel=0.04)


def test_a_sheet_follows_the_surface() -> None:
    inside = Sheet(trunk=TRUNK, thickness_mm=6.0).contains(*POINTS)
    assert not (inside & TRUNK.wider(-4.0).contains(*POINTS)).any()
    assert not (inside & ~TRUNK.wider(4.0).contains(*POINTS)).any()
    assert area(Sheet(trunk=TRUNK, thickness_mm=6.0), -30.0) == pytest.approx(np.pi * (40 + 50) * 6, rel=0.06)


def test_points_of_the_surface_go_from_the_back_over_the_right_to_the_front() -> None:
    keeled, z = replace(TRUNK, keel=0.1), np.array([-30.0, 40.0, 100.0])
    points = keeled.surface_mm(np.radians([0.0, 90.0, 180.0]), z)
    np.testing.assert_allclose(keeled.radius(*points.T), 1, rtol=1e-5)
    assert points[0] == pytest.approx([5.0, -60.0, -30.0])
    assert points[1, 0] > 40
    assert points[2, 1] > 20


def test_half_way_between_two_trunks() -> None:
    half = TRUNK.towards(TRUNK.wider(8.0), 0.5)
    assert (half.half_width_mm, half.half_depth_mm) == (44.0, 54.0)
    assert TRUNK.towards(TRUNK.wider(8.0), 0.0) == TRUNK


def test_the_abdomen_lies_below_the_dome_and_above_its_floor() -> None:
    dome = Abdomen(trunk=TRUNK, top_mm=np.array([5.0, -10.0, 20.0]), curvature_per_mm=(0.01, 0.02), floor_mm=-40.0)
    inside = dome.contains(*POINTS)
    assert (inside <= TRUNK.contains(*POINTS)).all()
    at = lambda x, y, z: bool(dome.contains(*(np.full(1, c, np.float32) for c in (x, y, z))).all())  # noqa: E731
    assert at(5, -10, 19)
    assert not at(5, -10, 21)
    assert at(25, -10, 15)
    assert not at(25, -10, 17)  # 0.01 · 20² = 4 mm lower
    assert at(5, 0, 17)
    assert not at(5, 0, 19)  # 0.02 · 10² = 2 mm lower
    assert not at(5, -10, -41)


def test_a_floor_slopes_and_is_cut_into_round_lobes() -> None:
    flat = Abdomen(trunk=TRUNK, top_mm=np.array([5.0, -10.0, 60.0]), curvature_per_mm=(0.0, 0.0), floor_mm=-30.0)
    lowest = lambda solid, x: float(AXES[solid.contains(np.full_like(AXES, x), np.full_like(AXES, -10), AXES)].min())  # noqa: E731
    sloping = replace(flat, floor_slope=(0.5, 0.0))
    assert lowest(sloping, 25.0) - lowest(sloping, -15.0) == pytest.approx(-0.5 * 40, abs=2)
    lobed = replace(flat, lobe_mm=20.0)
    assert lowest(lobed, 15.0) < lowest(lobed, 7.0) < lowest(lobed, 5.0) - 10  # middle, shoulder, fissure
    assert not (lobed.contains(*POINTS) & ~flat.contains(*POINTS)).any()


def test_what_lies_within_two_solids_lies_in_both() -> None:
    ball = Ellipsoid(centre_mm=np.array([40.0, 0.0, 0.0]), semi_axes_mm=(20.0, 20.0, 20.0))
    both = Within(solid=ball, limit=TRUNK)
    np.testing.assert_array_equal(both.contains(*POINTS), ball.contains(*POINTS) & TRUNK.contains(*POINTS))
    assert (both.bounds_mm[0] >= ball.bounds_mm[0]).all()
