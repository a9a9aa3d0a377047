from dataclasses import replace

import numpy as np
import pytest

from custom.simulation.solids import Ellipsoid
from custom.simulation.trunk import Abdomen, Ribs, Trunk, Within

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


def test_ribs_fill_a_third_of_the_shell_and_end_at_the_cartilage() -> None:
    outer = replace(TRUNK, half_width_mm=50.0, half_depth_mm=60.0)
    ribs = Ribs(outer=outer, inner=TRUNK, spacing_mm=22.0, cartilage_y_mm=20.0).contains(*POINTS)
    shell = outer.contains(*POINTS) & ~TRUNK.contains(*POINTS) & (POINTS[1] < 20)
    assert not (ribs & ~shell).any()
    assert ribs.sum() / shell.sum() == pytest.approx(0.36, abs=0.05)


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


def test_what_lies_within_two_solids_lies_in_both() -> None:
    ball = Ellipsoid(centre_mm=np.array([40.0, 0.0, 0.0]), semi_axes_mm=(20.0, 20.0, 20.0))
    both = Within(solid=ball, limit=TRUNK)
    np.testing.assert_array_equal(both.contains(*POINTS), ball.contains(*POINTS) & TRUNK.contains(*POINTS))
    assert (both.bounds_mm[0] >= ball.bounds_mm[0]).all()
