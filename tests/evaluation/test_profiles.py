"""What the picture of the profiles shows."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.evaluation.profiles import along, method_profiles
from tests.study_images import study_images

IMAGES = study_images(["no correction", "Dy-U", "iterative Yang"])


@pytest.fixture(scope="module")
def figure() -> Figure:
    return method_profiles(IMAGES, remark="Simulated")


def test_profiles_are_the_voxels_of_the_dashed_lines(figure: Figure) -> None:
    x, y, z = IMAGES.picture().voxel
    lines = (((slice(None), y, z), x), ((x, y, slice(None)), z))
    for axes, (line, middle) in zip(figure.axes, lines, strict=True):
        assert [shown.get_label() for shown in axes.lines] == list(IMAGES.volumes)
        for shown, volume in zip(axes.lines, IMAGES.volumes.values(), strict=True):
            expected = volume[line].astype(np.float32)
            places = np.round(shown.get_xdata() / 4 + middle).astype(int)
            np.testing.assert_array_equal(shown.get_ydata(), expected[places])


def test_right_is_on_the_left_and_the_head_comes_first(figure: Figure) -> None:
    for axes, words in zip(figure.axes, ("right (R) to left (L)", "head (H) to feet (F)"), strict=True):
        left, right = axes.get_xlim()
        assert left > 0 > right
        assert words in axes.get_xlabel()


def test_bands_show_wall_cavity_and_wall(figure: Figure) -> None:
    """Along both lines the tiny heart has 2 voxels of wall, 5 of blood, 2 of wall, each of 4 mm."""
    for axes in figure.axes:
        edges = sorted(
            tuple(np.sort(patch.get_extents().transformed(axes.transData.inverted()).intervalx))
            for patch in axes.patches
        )
        assert np.ravel(edges) == pytest.approx([-18, -10, -10, 10, 10, 18])


def test_a_line_runs_through_the_middle() -> None:
    picture = IMAGES.picture()
    volume = np.arange(np.prod(IMAGES.regions.shape)).reshape(IMAGES.regions.shape)
    x, _, z = picture.voxel
    np.testing.assert_array_equal(along(picture, volume, 1), volume[x, :, z])


def test_references_stand_out(figure: Figure) -> None:
    uncorrected, network, reference = figure.axes[0].lines
    assert reference.get_color() == "black"
    assert reference.get_linewidth() > network.get_linewidth()
    assert uncorrected.get_linestyle() == "--"
