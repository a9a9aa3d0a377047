"""What the picture of the wrong gate's CT shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.evaluation.cohort import read_cohort
from custom.evaluation.wrong_gate_picture import COLUMNS, wrong_gate_of_test_animal, wrong_gate_picture


@pytest.fixture(scope="module")
def figure(described: Path, described_wrong: Path) -> Figure:
    return wrong_gate_picture(*(read_cohort(folder).animals[1] for folder in (described, described_wrong)))


def panels(figure: Figure) -> np.ndarray:
    return np.reshape([axes for axes in figure.axes if axes.get_aspect() == 1.0], (2, len(COLUMNS)))


def values(axes) -> np.ndarray:
    return np.asarray(axes.collections[0].get_array())


def test_gates_are_rows_and_images_columns(figure: Figure) -> None:
    rows = panels(figure)
    assert [axes.get_title() for axes in rows[0]] == list(COLUMNS)
    assert [row[0].get_ylabel() for row in rows] == ["end-diastole", "end-systole"]
    assert "simulated" in figure.get_suptitle()


def test_the_first_animal_for_testing_is_drawn(described: Path, described_wrong: Path) -> None:
    drawn = wrong_gate_of_test_animal(read_cohort(described), read_cohort(described_wrong))
    assert drawn.get_suptitle().startswith("sub-002,")


def test_differences_are_those_of_the_images_from_the_truth(figure: Figure) -> None:
    for truth, _, right, wrong, with_right, with_wrong in panels(figure):
        np.testing.assert_array_equal(values(with_right), values(right) - values(truth))
        np.testing.assert_array_equal(values(with_wrong), values(wrong) - values(truth))
        assert np.abs(values(with_wrong)).sum() > np.abs(values(with_right)).sum()


def test_images_share_one_scale_and_differences_another_that_is_symmetric(figure: Figure) -> None:
    images = {axes.collections[0].get_clim() for axes in panels(figure)[:, :4].ravel()}
    differences = {axes.collections[0].get_clim() for axes in panels(figure)[:, 4:].ravel()}
    assert len(images) == len(differences) == 1
    low, high = differences.pop()
    assert low == -high < 0
    labels = {axes.get_xlabel() for axes in figure.axes}
    assert {"thousand photons emitted per voxel", "difference, thousand photons"} <= labels


def test_imbv_stands_under_each_image(figure: Figure) -> None:
    first = [axes.get_xlabel() for axes in panels(figure)[0]]
    assert first[:4] == ["IMBV 0.150 (tissues)\n0.210 (in voxels)", "IMBV 0.350", "IMBV 0.140", "IMBV 0.170"]


def test_sections_have_letters_a_bar_and_outlines(figure: Figure) -> None:
    for row in panels(figure):
        assert np.ptp(row[0].get_lines()[0].get_xdata()) == 50
        for axes in row:
            assert {"R", "L", "A", "P"} <= {text.get_text() for text in axes.texts}
            assert len(axes.collections) == 3, "the section and two outlines"
