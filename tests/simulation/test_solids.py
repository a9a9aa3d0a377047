import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.simulation.solids import Drum, Ellipsoid, HalfSpace, RoundCone, thicker, tube

AXES = np.arange(-40.0, 40.0, 1.0, dtype=np.float32)
POINTS = np.meshgrid(AXES, AXES, AXES, indexing="ij")
ROTATED = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
LENGTHS = st.floats(3, 25)


def volume(solid) -> float:
    return float(solid.contains(*POINTS).sum())


def test_an_ellipsoid_has_its_volume() -> None:
    solid = Ellipsoid(centre_mm=np.array([3.0, -4.0, 5.0]), axes=ROTATED, semi_axes_mm=(20.0, 15.0, 10.0))
    assert volume(solid) == pytest.approx(4 / 3 * np.pi * 20 * 15 * 10, rel=0.01)


def test_a_cut_through_the_centre_halves_it_on_the_side_of_its_first_axis() -> None:
    whole = Ellipsoid(centre_mm=np.zeros(3), axes=ROTATED, semi_axes_mm=(20.0, 15.0, 10.0))
    half = Ellipsoid(centre_mm=np.zeros(3), axes=ROTATED, semi_axes_mm=(20.0, 15.0, 10.0), cut_mm=0.0)
    assert volume(half) == pytest.approx(volume(whole) / 2, rel=0.01)
    assert half.contains(*(15 * ROTATED[0])[:, None]).all()
    assert not half.contains(*(-15 * ROTATED[0])[:, None]).any()


def test_a_straight_tube_is_a_cylinder_with_round_ends() -> None:
    off_grid = np.array([0.3, 0.4, 0.1])
    pieces = tube([off_grid - np.array([0.0, 0.0, 20.0]), off_grid + np.array([0.0, 0.0, 20.0])], 8.0)
    filled = np.any([piece.contains(*POINTS) for piece in pieces], axis=0).sum()
    assert filled == pytest.approx(np.pi * 8**2 * 40 + 4 / 3 * np.pi * 8**3, rel=0.015)


def test_a_tube_passes_through_its_points_and_tapers() -> None:
    points = [np.array([-20.0, 0.0, 0.0]), np.array([0.0, 12.0, 0.0]), np.array([20.0, 0.0, 5.0])]
    pieces = tube(points, [6.0, 5.0, 3.0])
    for point, radius in zip(points, (6.0, 5.0, 3.0), strict=True):
        above, beyond = point + np.array([0, 0, 0.9 * radius]), point + np.array([0, 0, 1.4 * radius])
        assert any(piece.contains(*above[:, None]).all() for piece in pieces)
        assert not any(piece.contains(*beyond[:, None]).any() for piece in pieces)


def test_a_drum_has_flat_ends_and_a_waist() -> None:
    start, end = np.array([-12.2, 3.1, 0.4]), np.array([12.2, 3.1, 0.4])
    drum = Drum(start_mm=start, end_mm=end, radius_mm=10.0)
    assert volume(drum) == pytest.approx(np.pi * 100 * 24.4, rel=0.03)
    slim = Drum(start_mm=start, end_mm=end, radius_mm=10.0, waist=0.3)
    at = lambda x, z: bool(slim.contains(*np.array([[x], [3.1], [0.4 + z]])).all())  # noqa: E731
    assert at(0.0, 6.8)
    assert not at(0.0, 7.2)
    assert at(12.0, 9.5)
    assert not at(12.5, 0.0)


def test_a_half_space_ends_at_its_plane() -> None:
    half = HalfSpace(point_mm=np.array([0.0, 5.0, 0.0]), outward=np.array([0.0, 2.0, 0.0]))
    np.testing.assert_array_equal(half.contains(*POINTS), POINTS[1] < 5)


def test_a_thicker_piece_is_thicker_at_both_ends() -> None:
    piece = RoundCone(start_mm=np.zeros(3), end_mm=np.ones(3), start_radius_mm=2.0, end_radius_mm=1.0)
    assert (thicker(piece, 0.5).start_radius_mm, thicker(piece, 0.5).end_radius_mm) == (2.5, 1.5)


@settings(max_examples=20, deadline=None)
@given(st.tuples(LENGTHS, LENGTHS, LENGTHS), st.integers(0, 1000))
def test_nothing_of_a_solid_lies_outside_its_box(semi_axes, seed) -> None:
    generator = np.random.default_rng(seed)
    axes = np.linalg.qr(generator.normal(size=(3, 3)))[0]
    start, end = generator.uniform(-15, 15, size=(2, 3))
    a, b, _ = semi_axes
    for solid in (
        Ellipsoid(centre_mm=start, axes=axes, semi_axes_mm=semi_axes),
        RoundCone(start_mm=start, end_mm=end, start_radius_mm=a, end_radius_mm=b),
        Drum(start_mm=start, end_mm=end, radius_mm=a, waist=0.2),
    ):
        points = np.stack(POINTS)[:, solid.contains(*POINTS)].T
        low, high = solid.bounds_mm
        assert (points >= low - 1e-3).all()
        assert (points <= high + 1e-3).all()
