import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from custom.evaluation.figures import VIEW_MM, draw_scale_bar, draw_section, three_planes
from custom.evaluation.sections import PLANES, picture_of
from tests.nm_files import heart, regions_of

RAS = np.diag([4.0, 4.0, 4.0, 1.0])
LPI = np.diag([-4.0, -4.0, -4.0, 1.0])


def volumes(shape=(30, 32, 28)):
    before = heart(shape)
    return {"before": before, "after": np.where(before > 500, 1.3, 0.9) * before}


def panels(figure):
    """The sections of a figure, as they are laid out: planes in rows, volumes and difference in columns."""
    return np.reshape([axes for axes in figure.axes if axes.get_aspect() == 1.0], (3, -1))


def shown(axes):
    """What a section shows, by distance from the middle (to the right, up), as an observer sees it."""
    mesh = axes.collections[0]
    across, up = mesh.get_coordinates()[:, :, 0], mesh.get_coordinates()[:, :, 1]
    return (across[:-1, :-1] + across[1:, 1:]) / 2, (up[:-1, :-1] + up[1:, 1:]) / 2, np.asarray(mesh.get_array())


@pytest.mark.parametrize("affine", [RAS, LPI], ids=["RAS", "LPI"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_bright_spot_appears_on_the_side_with_its_letter(affine, axis):
    """Put a spot 40 mm from the middle towards the patient's right, front or head, and look where it is drawn."""
    regions = np.zeros((31, 31, 31), dtype=np.uint8)
    regions[15, 15, 15] = 1
    spot = np.full((31, 31, 31), 0.01)
    index = [15, 15, 15]
    index[axis] += 10 * int(np.sign(affine[axis, axis]))
    spot[tuple(index)] = 100
    figure = three_planes({"a": spot, "b": spot}, affine, title="spot", regions=regions)
    for plane, axes in zip(PLANES, panels(figure)[:, 0], strict=True):
        if axis == plane.normal:
            continue
        across, up, values = shown(axes)
        where = np.unravel_index(values.argmax(), values.shape)
        left_edge, right_edge = axes.get_xlim()
        fraction = (across[where] - left_edge) / (right_edge - left_edge), (up[where] + VIEW_MM / 2) / VIEW_MM
        towards = "RAH"[axis]
        expected = {plane.left: (0.3, 0.5), plane.right: (0.7, 0.5), plane.top: (0.5, 0.7), plane.bottom: (0.5, 0.3)}
        assert fraction == pytest.approx(expected[towards], abs=1e-6)
        letters = {text.get_text(): text.get_position() for text in axes.texts}
        edge, side = (np.sign(np.round(np.subtract(x, 0.5), 2)) for x in (letters[towards], fraction))
        np.testing.assert_array_equal(edge, side)


def test_all_volumes_share_one_grey_scale_and_the_difference_is_symmetric():
    sections = panels(three_planes(volumes(), RAS, title="study"))
    assert sections.shape == (3, 3)
    limits = [axes.collections[0].get_clim() for axes in sections[:, :2].ravel()]
    assert len(set(limits)) == 1
    assert limits[0] == pytest.approx((0, 1300))
    for axes in sections[:, 2]:
        low, high = axes.collections[0].get_clim()
        assert low == -high
        assert high == pytest.approx(300)


def test_the_profile_is_that_of_the_dashed_line():
    both = volumes((31, 31, 31))
    figure = three_planes(both, RAS, title="study")
    (profile,) = [axes for axes in figure.axes if axes.get_legend() is not None]
    for line, volume in zip(profile.get_lines(), both.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), volume[:, 15, 15], rtol=1e-6)
        np.testing.assert_allclose(line.get_xdata(), 4.0 * (np.arange(31) - 15))
    assert profile.get_xlim()[0] > profile.get_xlim()[1], "right is on the left, as in the picture"
    drawn = [line for axes in panels(figure)[0, :2] for line in axes.get_lines() if line.get_linestyle() == "--"]
    assert [line.get_color() for line in drawn] == [line.get_color() for line in profile.get_lines()]
    assert all(np.ptp(line.get_ydata()) == 0 and line.get_ydata()[0] == 0 for line in drawn)


def test_the_scale_bar_is_as_long_as_it_says():
    axes = panels(three_planes(volumes(), RAS, title="study"))[1, 0]
    (bar,) = [line for line in axes.get_lines() if len(line.get_xdata()) == 2]
    assert f"{np.ptp(bar.get_xdata()):g} mm" in [text.get_text() for text in axes.texts]


def test_regions_are_outlined_in_the_volumes():
    plain = panels(three_planes(volumes(), RAS, title="study"))[0, 0]
    figure = three_planes(volumes(), RAS, title="study", regions=regions_of(volumes()["before"]))
    assert len(panels(figure)[0, 0].collections) == len(plain.collections) + 2
    assert "myocardium orange" in figure.get_supxlabel()


def test_a_volume_without_activity_can_be_drawn():
    three_planes({"a": np.zeros((20, 20, 20)), "b": np.zeros((20, 20, 20))}, RAS, title="nothing")


def test_the_picture_can_be_saved_and_is_not_empty(tmp_path):
    figure = three_planes(volumes(), RAS, title="study", subtitle="IMBV", footnote="simulated")
    figure.savefig(tmp_path / "study.png")
    pixels = imread(tmp_path / "study.png")
    assert min(pixels.shape[:2]) > 800
    assert pixels[..., :3].std() > 0.1
    assert "IMBV" in figure.get_suptitle()
    assert figure.get_supxlabel() == "simulated"


@pytest.mark.parametrize("view_mm", [100.0, 200.0, 260.0])
def test_a_section_and_its_scale_bar_fit_the_view(view_mm):
    picture = picture_of(volumes(), RAS, None)
    axes = Figure().subplots()
    draw_section(axes, picture, picture.volumes["before"], PLANES[0], "gray_r", (0, 1), view_mm=view_mm)
    draw_scale_bar(axes, view_mm=view_mm)
    assert axes.get_xlim() == (view_mm / 2, -view_mm / 2)
    (bar,) = axes.get_lines()
    assert np.ptp(bar.get_xdata()) == 50
    assert np.abs(bar.get_xdata()).max() < view_mm / 2
    assert np.abs(bar.get_ydata()).max() < view_mm / 2
