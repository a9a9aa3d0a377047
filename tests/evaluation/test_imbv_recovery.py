"""What the picture of true and measured IMBV shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.evaluation.cohort import read_cohort
from custom.evaluation.imbv_recovery import imbv_recovery
from tests.described_cohort import IMBV


@pytest.fixture(scope="module")
def figure(described: Path) -> Figure:
    return imbv_recovery(read_cohort(described).animals)


def test_each_gate_is_two_points_over_its_truth_joined_by_a_line(figure: Figure) -> None:
    for truth, axes in enumerate(figure.axes):
        lines = {str(line.get_label()): line for line in axes.get_lines()}
        for gate, name in (("ed", "end-diastole"), ("es", "end-systole")):
            rows = np.array(IMBV[gate])
            for column, image in ((2, "MLEM, no correction"), (3, "iterative Yang")):
                points = lines[f"{name}, {image}"]
                np.testing.assert_allclose(points.get_xdata(), rows[:, truth])
                np.testing.assert_allclose(points.get_ydata(), rows[:, column])
        joining = [line for line in axes.get_lines() if len(line.get_xdata()) == 2 and np.ptp(line.get_xdata()) == 0]
        assert len(joining) == 6


def test_the_identity_is_drawn_across_each_panel(figure: Figure) -> None:
    for axes in figure.axes:
        (identity,) = [line for line in axes.get_lines() if line.get_label() == "identity"]
        np.testing.assert_array_equal(identity.get_xdata(), identity.get_ydata())
        assert tuple(identity.get_xdata()) == axes.get_xlim()


def test_it_says_which_truth_and_that_animals_are_simulated(figure: Figure) -> None:
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "true IMBV of the tissues",
        "true IMBV, averaged into voxels",
    ]
    assert "3 simulated animals" in figure.get_suptitle()
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 5
