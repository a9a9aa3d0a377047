import numpy as np

from custom.simulation.tissues import Tissue
from custom.simulation.wall import wall_parts


def along(parts, point_mm, direction, lengths_mm) -> list[Tissue]:
    """Tissues met on a straight line; air where no part is."""
    points = point_mm + np.outer(lengths_mm, direction)
    found = np.full(len(points), Tissue.AIR)
    for solid, tissue in parts:
        found[solid.contains(*points.astype(np.float32).T)] = tissue
    return [Tissue(int(tissue)) for tissue in found]


def layers(tissues) -> list[Tissue]:
    return [tissue for n, tissue in enumerate(tissues) if n == 0 or tissue != tissues[n - 1]]


def test_the_flank_is_skin_fat_and_layers_of_muscle_with_fat_between(painted) -> None:
    thorax = painted.anatomy.thorax
    start = np.array([thorax.cavity.middle_x_mm, thorax.cavity.middle_y_mm, thorax.level_mm])
    found = layers(along(wall_parts(thorax), start, np.array([1.0, 0.0, 0.0]), np.arange(120.0, 50.0, -0.1)))
    assert found[:5] == [Tissue.AIR, Tissue.MUSCLE, Tissue.FAT, Tissue.MUSCLE, Tissue.FAT]  # a thin muscle in the fat
    assert found.count(Tissue.FAT) >= 3


def test_muscles_along_the_spine_lie_in_sheaths(painted) -> None:
    thorax = painted.anatomy.thorax
    parts = wall_parts(thorax)
    for side in (-1, 1):
        start = thorax.point(side * 12.0, -26.0, 0.0)
        tissues = along(parts, start, np.array([float(side), 0.0, 0.0]), np.arange(0.0, 25.0, 0.25))
        assert Tissue.FAT in tissues
        assert tissues.count(Tissue.MUSCLE) > 2 * tissues.count(Tissue.FAT)


def test_nothing_of_the_wall_lies_outside_the_skin(painted) -> None:
    thorax = painted.anatomy.thorax
    points = np.random.default_rng(0).uniform(-140, 140, size=(4000, 3)).astype(np.float32)
    outside = points[~thorax.skin.contains(*points.T)]
    for solid, _ in wall_parts(thorax):
        assert not solid.contains(*outside.T).any()
