"""Segments of the wall, of ventricles whose segments are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from custom.errors import BadInput
from custom.evaluation.segments import SEGMENTS, segment_means, ventricular_axes, wall_segments
from custom.scanner.grid import ImageGrid
from custom.simulation.anatomy import build_anatomy, majority_regions
from custom.simulation.drawing import draw_animal
from custom.simulation.gating import end_gates
from custom.simulation.ranges import load_ranges

GRID = ImageGrid(shape=(48, 48, 48), spacing_mm=(3.0, 3.0, 3.0))
REFINED = 2  # the animals are painted in parts of a voxel
CAVITY_MM, BASE_MM = (36.0, 18.0, 18.0), -18.0
# anterior and inferior interchanged, level by level
MIRRORED = np.array([0, 4, 3, 2, 1, 6, 5, 10, 9, 8, 7, 12, 11, 15, 14, 13, 16, 17])

rotations = st.integers(0, 2**32 - 1).map(lambda seed: Rotation.random(rng=np.random.default_rng(seed)).as_matrix())


@dataclass(frozen=True, kw_only=True)
class Ventricle:
    """A label map of a left ventricle with atrium and right ventricle; axes: rows to apex, septum and inferior wall."""

    regions: np.ndarray
    affine: np.ndarray
    axes: np.ndarray
    along: np.ndarray
    septal: np.ndarray
    inferior: np.ndarray


def ventricle(axes: np.ndarray) -> Ventricle:
    places = np.stack(np.meshgrid(*GRID.centres_mm(), indexing="ij"), axis=-1) @ axes.T
    along, septal, inferior = np.moveaxis(places, -1, 0)

    def within(semi_axes, *, along_mm=0.0, septal_mm=0.0):
        centred = places - (along_mm, septal_mm, 0)
        return np.square(centred / semi_axes).sum(axis=-1) < 1

    beyond_base = along < BASE_MM
    regions = np.full(GRID.shape, 6, np.uint8)
    regions[within((38, 26, 30), septal_mm=20) & ~beyond_base] = 3
    regions[within((16, 16, 16), along_mm=BASE_MM - 8) & beyond_base] = 3
    regions[within((45, 28, 28)) & ~beyond_base] = 1
    regions[within(CAVITY_MM) & ~beyond_base] = 2
    return Ventricle(regions=regions, affine=GRID.affine, axes=axes, along=along, septal=septal, inferior=inferior)


def known_segment(heart: Ventricle, i: int, j: int, k: int) -> int:
    """One voxel's segment as a reader of short-axis slices counts, seen from the apex, the septum on the left.

    Clockwise from the septum's middle over the anterior wall above: sixths 2, 1, 6, 5, 4, 3, or quarters of the septum.
    """
    height = (heart.along[i, j, k] - BASE_MM) / (CAVITY_MM[0] - BASE_MM)
    if height > 1:
        return 17
    clockwise = np.degrees(np.arctan2(-heart.inferior[i, j, k], heart.septal[i, j, k])) % 360
    if height > 2 / 3:
        edges = [(45, 14), (135, 13), (225, 16), (315, 15), (360, 14)]
    else:
        edges = [(60, 2), (120, 1), (180, 6), (240, 5), (300, 4), (360, 3)]
    number = next(segment for end, segment in edges if clockwise <= end)
    return number + 6 if 1 / 3 < height <= 2 / 3 else number


def angle_deg(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other, -1, 1))))


@settings(deadline=None, max_examples=15)
@given(rotations)
def test_however_a_heart_lies_its_axes_and_segments_are_found(axes) -> None:
    """In voxels of 3 mm: of 500 hearts the worst was 2.3° and 7.8° off, with 85 % of the wall."""
    heart = ventricle(axes)
    found = ventricular_axes(heart.regions, heart.affine)
    assert angle_deg(found.long_axis, axes[0]) < 4
    assert angle_deg(found.septal, axes[1]) < 12
    assert angle_deg(found.anterior, -axes[2]) < 12
    assert found.cavity_mm == pytest.approx(CAVITY_MM[0] - BASE_MM, abs=3)
    segments = wall_segments(heart.regions, heart.affine)
    wall = np.argwhere(heart.regions == 1)
    known = np.array([known_segment(heart, *voxel) for voxel in wall])
    assert (segments[heart.regions != 1] == 0).all()
    assert (segments[heart.regions == 1] == known).mean() > 0.8


def test_walls_that_one_can_point_at_have_their_numbers() -> None:
    """A heart as in a reader's textbook: apex left, front and feet, septum to the right and front."""
    long_axis = np.array([-0.6, 0.6, -0.529])
    long_axis /= np.linalg.norm(long_axis)
    septal = np.cross(long_axis, (0.0, 0.0, 1.0))
    septal /= np.linalg.norm(septal)
    heart = ventricle(np.stack([long_axis, septal, np.cross(long_axis, septal)]))
    assert septal[0] > 0, "the right ventricle lies on the right"
    segments = wall_segments(heart.regions, heart.affine)

    def at(height: float, direction: np.ndarray) -> str:
        along = BASE_MM + height * (CAVITY_MM[0] - BASE_MM)
        middle_of_wall = 23 * np.sqrt(max(0, 1 - (along / 40) ** 2))
        point = along * long_axis + middle_of_wall * direction
        index = np.linalg.inv(heart.affine) @ [*point, 1]
        return SEGMENTS[segments[tuple(np.round(index[:3]).astype(int))] - 1]

    up = np.cross(septal, long_axis)
    assert up[2] > 0.5, "the anterior wall faces the head"
    turned = [np.cos(t) * septal + np.sin(t) * up for t in np.radians([30, 90, 150, 210, 270, 330])]
    sixths = ["anteroseptal", "anterior", "anterolateral", "inferolateral", "inferior", "inferoseptal"]
    assert [at(0.2, direction) for direction in turned] == [f"basal {side}" for side in sixths]
    assert [at(0.5, direction) for direction in turned] == [f"mid {side}" for side in sixths]
    quarters = {"septal": septal, "anterior": up, "lateral": -septal, "inferior": -up}
    assert [at(0.8, direction) for direction in quarters.values()] == [f"apical {side}" for side in quarters]
    assert at(1.08, septal * 0) == "apex"


@settings(deadline=None, max_examples=15)
@given(rotations, st.permutations(range(3)), st.tuples(*[st.booleans()] * 3))
def test_the_order_and_direction_of_a_files_axes_do_not_matter(axes, order, flips) -> None:
    heart = ventricle(axes)
    columns = heart.affine[:, [*order, 3]].copy()
    regions = np.transpose(heart.regions, order)
    for axis, flipped in enumerate(flips):
        if flipped:
            columns[:, 3] += (regions.shape[axis] - 1) * columns[:, axis]
            columns[:, axis] *= -1
            regions = np.flip(regions, axis)
    segments = wall_segments(regions, columns)
    expected = np.transpose(wall_segments(heart.regions, heart.affine), order)
    expected = np.flip(expected, [axis for axis, flipped in enumerate(flips) if flipped])
    assert (segments != expected).sum() <= 2, "but where rounding decides on a border"


def test_a_mirrored_world_interchanges_anterior_and_inferior() -> None:
    heart = ventricle(Rotation.from_euler("xyz", [20, 40, 60], degrees=True).as_matrix())
    segments = wall_segments(heart.regions, heart.affine)
    mirrored = wall_segments(heart.regions, np.diag([-1.0, 1, 1, 1]) @ heart.affine)
    np.testing.assert_array_equal(mirrored, MIRRORED[segments])


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("gate", ["ed", "es"])
def test_a_virtual_animals_axes_are_found_as_they_were_drawn(seed: int, gate: str) -> None:
    """But for the smooth deformation and papillary muscles, of which the drawn axes know nothing."""
    animal = draw_animal(np.random.default_rng(seed), load_ranges())
    grid = ImageGrid(shape=(140, 140, 100), spacing_mm=(2.0, 2.0, 2.0))
    anatomy = build_anatomy(animal, grid, np.random.default_rng(seed))
    regions = majority_regions(anatomy.at(end_gates(animal)[gate][1]), REFINED).numpy()
    affine = ImageGrid(shape=regions.shape, spacing_mm=(4.0, 4.0, 4.0)).affine
    found, drawn = ventricular_axes(regions, affine), anatomy.beating.pose.axes
    assert angle_deg(found.long_axis, drawn[0]) < 7
    assert angle_deg(found.septal, drawn[1]) < 12
    n_voxels = np.bincount(wall_segments(regions, affine).ravel(), minlength=18)[1:]
    assert n_voxels.sum() == (regions == 1).sum()
    assert n_voxels.min() > 10


def test_means_are_those_of_each_segment() -> None:
    segments = np.arange(18).reshape(3, 3, 2)
    image = segments + 0.5
    assert segment_means(image, segments) == pytest.approx(np.arange(1, 18) + 0.5)


def test_a_closed_cavity_has_no_valve_plane() -> None:
    heart = ventricle(np.eye(3))
    regions = np.where((heart.along < BASE_MM) & (heart.regions == 3), 6, heart.regions)
    with pytest.raises(BadInput, match="open to other blood"):
        wall_segments(regions, heart.affine)


def test_a_heart_without_right_ventricle_has_no_septum() -> None:
    heart = ventricle(np.eye(3))
    regions = np.where((heart.along > BASE_MM) & (heart.regions == 3), 6, heart.regions)
    with pytest.raises(BadInput, match="is the right ventricle labelled"):
        wall_segments(regions, heart.affine)


def test_a_hole_in_the_wall_names_its_segment() -> None:
    heart = ventricle(np.eye(3))
    regions = np.where((heart.along > CAVITY_MM[0] - 1) & (heart.regions == 1), 6, heart.regions)
    with pytest.raises(BadInput, match="got none for apex"):
        wall_segments(regions, heart.affine)
