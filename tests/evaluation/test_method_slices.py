"""What the picture of one study by all methods shows."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.evaluation.method_slices import N_COLUMNS, method_slices
from custom.evaluation.study_images import StudyImages
from tests.study_images import study_images

METHODS = [f"method {number}" for number in range(8)]


@pytest.fixture(scope="module")
def images() -> StudyImages:
    return study_images(METHODS)


@pytest.fixture(scope="module")
def figure(images: StudyImages) -> Figure:
    return method_slices(images, remark="Simulated")


def panels(figure: Figure) -> np.ndarray:
    """Sections as they are laid out: (band, plane, column)."""
    shown = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    return np.reshape(shown, (-1, 2, N_COLUMNS))


def values(axes) -> np.ndarray:
    return np.asarray(axes.collections[0].get_array())


def test_methods_are_columns_in_bands_with_their_imbv_below(figure: Figure, images: StudyImages) -> None:
    first, second = panels(figure)
    titles = [axes.get_title() for axes in (*first[0], *second[0]) if axes.axison]
    assert titles == METHODS
    below = [axes.get_xlabel() for axes in (*first[1], *second[1]) if axes.axison]
    assert below == [f"IMBV {images.imbv[method]:.3f}" for method in METHODS]
    assert [band[plane, 0].get_ylabel() for band in (first, second) for plane in range(2)] == [
        "transverse",
        "coronal",
    ] * 2


def test_sections_are_those_through_the_deepest_blood(figure: Figure, images: StudyImages) -> None:
    _, y, z = images.picture().voxel
    first = panels(figure)[0]
    volume = images.volumes[METHODS[0]]
    np.testing.assert_array_equal(values(first[0, 0]), volume[:, :, z].T.astype(np.float32))
    np.testing.assert_array_equal(values(first[1, 0]), volume[:, y, :].T.astype(np.float32))


def test_all_images_share_one_grey_scale_and_their_letters(figure: Figure) -> None:
    shown = [axes for axes in panels(figure).ravel() if axes.axison]
    assert len({axes.collections[0].get_clim() for axes in shown}) == 1
    letters = [{text.get_text() for text in axes.texts} for axes in panels(figure)[0].ravel()]
    assert all({"R", "L", "A", "P"} <= found for found in letters[:N_COLUMNS])
    assert all({"R", "L", "H", "F"} <= found for found in letters[N_COLUMNS:])
    for axes in panels(figure)[:, :, 0].ravel():
        assert "50 mm" in {text.get_text() for text in axes.texts}


def test_dashed_lines_run_across_the_transverse_and_up_the_coronal_section(figure: Figure) -> None:
    for transverse, coronal in panels(figure)[0].T:
        (across,), (up,) = (
            [line for line in axes.lines if line.get_linestyle() == "--"] for axes in (transverse, coronal)
        )
        assert list(across.get_ydata()) == [0, 0]
        assert list(up.get_xdata()) == [0, 0]


def test_it_says_that_it_is_simulated(figure: Figure) -> None:
    assert figure.get_supxlabel().startswith("Simulated. ")
    assert figure.get_suptitle() == "dog: all methods"
