import numpy as np
import pytest

from custom.scanner.grid import ImageGrid
from custom.simulation.painting import Canvas
from custom.simulation.solids import Ellipsoid, RoundCone
from custom.simulation.tissues import Tissue
from custom.simulation.waves import random_displacement

GRID = ImageGrid(shape=(60, 56, 50), spacing_mm=(3.0, 3.0, 3.0), centre_mm=(10.0, 0.0, -20.0))
WHOLE = (slice(None), slice(None), slice(None))
STILL = random_displacement(np.random.default_rng(0), rms_mm=0.0)


def canvas(seed=0, rms_mm=4.0) -> Canvas:
    return Canvas(grid=GRID, displacement=random_displacement(np.random.default_rng(seed), rms_mm=rms_mm))


def test_without_deformation_a_voxel_comes_from_its_own_place() -> None:
    found = Canvas(grid=GRID, displacement=STILL).coordinates(WHOLE, (1.0, 2.0, 3.0))
    x, y, z = GRID.centres_mm()
    np.testing.assert_allclose(found[:, 4, 5, 6], [x[4] - 1, y[5] - 2, z[6] - 3], rtol=1e-6)


def test_coordinates_are_the_displaced_centres_and_the_middle_stays() -> None:
    one = canvas()
    box = (slice(20, 25), slice(3, 50), slice(10, 30))
    found = one.coordinates(box, (4.0, 0.0, -7.0))
    x, y, z = (c[part] for c, part in zip(GRID.centres_mm(), box, strict=True))
    point = np.array([x[2] - 4, y[7], z[11] + 7])
    shift = one.displacement.at_points(point) - one.displacement.at_points(np.array(GRID.centre_mm))
    np.testing.assert_allclose(found[:, 2, 7, 11], point + shift, atol=1e-4)
    assert np.abs(shift).max() > 0.2


def test_a_box_with_as_many_voxels_along_every_axis_is_cut_from_the_whole() -> None:
    box = (slice(20, 30), slice(3, 13), slice(10, 20))
    cut = canvas().coordinates(WHOLE, (1.0, 2.0, 3.0))[:, *box]
    np.testing.assert_allclose(canvas().coordinates(box, (1.0, 2.0, 3.0)), cut, atol=1e-3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shift_mm", [(0.0, 0.0, 0.0), (9.0, -5.0, 12.0)])
def test_boxes_cut_nothing_off(seed, shift_mm) -> None:
    """Painted voxels are those whose origins lie inside, wherever they are."""
    one, generator = canvas(seed), np.random.default_rng(seed)
    parts = []
    for size in (4.0, 8.0, 15.0, 30.0, 60.0, 110.0):
        start = generator.uniform(-60, 60, size=3)
        end = start + size * generator.normal(size=3)
        parts.append((RoundCone(start_mm=start, end_mm=end, start_radius_mm=4.0, end_radius_mm=3.0), Tissue.BONE))
        parts.append((Ellipsoid(centre_mm=end, semi_axes_mm=(size, 5.0, size / 2)), Tissue.LIVER))
    origins = one.coordinates(WHOLE, shift_mm)
    expected = np.zeros(GRID.shape, np.uint8)
    for solid, tissue in parts:
        expected[solid.contains(*origins)] = tissue
    painted = np.zeros(GRID.shape, np.uint8)
    one.paint(painted, parts, shift_mm)
    np.testing.assert_array_equal(painted, expected)
