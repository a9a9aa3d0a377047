import numpy as np
import pytest
from matplotlib.patches import Circle, Rectangle

from custom.evaluation.attenuation_figure import attenuation_planes

AFFINE = np.array([[4.0, 0, 0, -78], [0, 4, 0, -78], [0, 0, 4, -58], [0, 0, 0, 1]])
SHAPE = (40, 40, 30)
SPOT = np.array([32.0, 20, -16])  # right, anterior, feet


def marked(points_mm):
    """Air, with a spot of bone."""
    return np.where(np.linalg.norm(points_mm - SPOT, axis=-1) < 8, 1000.0, -1000.0)


def volumes(affine=AFFINE):
    places = np.moveaxis(np.tensordot(affine[:3, :3], np.indices(SHAPE), 1), 0, -1) + affine[:3, 3]
    hu = marked(places)
    return {"hu": hu, "mu_per_cm": np.where(hu > 0, 0.25, 0.0)}, 0.01 + (hu > 0)


def drawn(affine=AFFINE, **changes):
    on_grid, spect = volumes(affine)
    given = {"spect": spect, "field_of_view_mm": 190.0, "title": "a $study", "footnote": "a warning\nanother"} | changes
    return attenuation_planes(marked, on_grid, affine, **given)


def brightest(panel):
    """Where a panel is brightest, in its own coordinates, mm."""
    mesh = panel.collections[0]
    values = np.asarray(mesh.get_array())
    up, across = (places.mean() for places in np.nonzero(values == values.max()))
    corners = mesh.get_coordinates()
    return np.array(
        [
            np.interp(across + 0.5, np.arange(corners.shape[1]), corners[0, :, 0]),
            np.interp(up + 0.5, np.arange(corners.shape[0]), corners[:, 0, 1]),
        ]
    )


@pytest.mark.parametrize("mirror", [(1, 1, 1), (-1, 1, -1), (1, -1, -1)])
def test_all_panels_show_the_spot_in_the_same_place_whatever_the_order_of_the_axes(mirror):
    """Activity marks the heart, through which the planes go: the spot is in the middle of each."""
    affine = AFFINE @ np.diag([*mirror, 1.0])
    affine[:3, 3] = AFFINE[:3, 3] * mirror
    panels = drawn(affine).axes[:12]
    for panel in panels:
        np.testing.assert_allclose(brightest(panel), 0, atol=4)


def test_without_activity_the_middle_of_the_grid_is_shown_and_right_is_left():
    """R to the left, A and H up: axes run from + on the left to − on the right."""
    figure = drawn(spect=None, footnote="")
    assert len([axes for axes in figure.axes if axes.get_ylabel() or axes.get_title()]) >= 3
    for panel in figure.axes[:9]:
        left, right = panel.get_xlim()
        assert left > right
    letters = [[text.get_text() for text in panel.texts] for panel in figure.axes[:9:3]]
    assert letters == [["R", "L", "A", "P"], ["R", "L", "H", "F"], ["A", "P", "H", "F"]]


def test_the_grids_box_and_the_field_of_view_are_drawn_about_its_middle():
    """The point shown is voxel (20, 20, 15), half a voxel from the middle: the ball is cut 2 mm off."""
    transverse, coronal = drawn(spect=None).axes[0], drawn(spect=None).axes[3]
    (box,) = [patch for patch in transverse.patches if isinstance(patch, Rectangle)]
    assert (box.get_width(), box.get_height()) == (160, 160)
    assert box.get_xy() == (-82, -82)
    (circle,) = [patch for patch in transverse.patches if isinstance(patch, Circle)]
    assert circle.get_radius() == pytest.approx(np.sqrt(95**2 - 2**2))
    assert circle.center == (-2, -2)
    (box,) = [patch for patch in coronal.patches if isinstance(patch, Rectangle)]
    assert (box.get_width(), box.get_height()) == (160, 120)


def test_an_empty_field_draws():
    on_grid, _ = volumes()
    figure = drawn(spect=np.zeros(SHAPE))
    assert figure.axes
    assert attenuation_planes(marked, on_grid, AFFINE, field_of_view_mm=190.0, title="none").axes


def test_text_is_not_read_as_mathematics(tmp_path):
    drawn(title="$a_1", subtitle="b$", footnote="50 $ of").savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10000
