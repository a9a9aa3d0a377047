"""Where the 17 segments stand, and what a polar map shows."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Wedge

from custom.evaluation.polar_maps import polar_maps, segment_errors, segments
from tests.results_evidence import MeasuresWithTruth

RIGHT, UP = np.eye(2)
# Of Cerqueira et al. 2002: anterior above, septum on the left, inferior below, lateral on the right
DIRECTIONS = {
    1: UP, 4: -UP, 7: UP, 10: -UP, 13: UP, 14: -RIGHT, 15: -UP, 16: RIGHT,
    2: UP - RIGHT, 3: -UP - RIGHT, 5: -UP + RIGHT, 6: UP + RIGHT,
    8: UP - RIGHT, 9: -UP - RIGHT, 11: -UP + RIGHT, 12: UP + RIGHT,
}  # fmt: skip


@pytest.mark.parametrize("number", DIRECTIONS)
def test_a_segment_lies_on_its_wall(number: int) -> None:
    middle = np.array(segments()[number - 1].middle)
    np.testing.assert_array_equal(np.sign(np.round(middle, 9)), DIRECTIONS[number])


def test_rings_run_from_the_base_to_the_tip_and_fill_the_disc() -> None:
    rings = [segment.outer for segment in segments()]
    assert rings == sorted(rings, reverse=True)
    assert [rings.count(outer) for outer in dict.fromkeys(rings)] == [6, 6, 4, 1]
    areas = [(s.outer**2 - s.inner**2) * (s.end - s.start) / 360 for s in segments()]
    assert sum(areas) == pytest.approx(1)
    assert segments()[16].middle == (0, 0)


@pytest.fixture(scope="module")
def figure() -> Figure:
    errors = {"no correction": [*range(16), np.nan], "Dy-U": [-20.4] * 17}
    return polar_maps(errors, label="percent", title="Regional error", remark="Simulated")


def wedges(axes) -> list[Wedge]:
    return [patch for patch in axes.patches if isinstance(patch, Wedge)]


def test_every_segment_has_number_and_mean(figure: Figure) -> None:
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said[0:34:2] == [str(number) for number in range(1, 18)]
    assert said[1:34:2] == [*(f"{value:+d}" for value in range(16)), "—"]
    assert said[34:] == ["A", "S", "I", "L"]
    assert {text.get_text() for text in figure.axes[1].texts[1:34:2]} == {"−20"}


def test_all_maps_share_a_scale_that_is_symmetric_about_0(figure: Figure) -> None:
    first, second = (wedges(axes) for axes in figure.axes[:2])
    assert len(first) == len(second) == 17
    zero, largest = first[0].get_facecolor(), second[0].get_facecolor()
    assert min(zero[:3]) > 0.95, "white where there is no error"
    assert largest[2] > largest[0], "blue where the image is too dark"
    assert first[15].get_facecolor()[0] > first[15].get_facecolor()[2], "red where it is too bright"
    assert np.ptp(first[16].get_facecolor()[:3]) == 0, "grey where there is nothing"
    low, high = figure.axes[-1].get_xlim()
    assert (low, high) == pytest.approx((-20.4, 20.4))


def test_a_method_needs_17_segments() -> None:
    with pytest.raises(ValueError, match="zip"):
        polar_maps({"U-net": [0.0] * 16}, label="percent", title="Regional error")


def test_errors_are_means_over_studies_in_percent_of_blood() -> None:
    """The truth is 0.1 in all segments; two studies are 0.12 and 0.16 in the first, right elsewhere."""
    right = (0.1,) * 17
    rows = [
        MeasuresWithTruth(study=study, animal=study, gate="ed", method=method, imbv=0, segments=segments)
        for study, first in (("a", 0.12), ("b", 0.16))
        for method, segments in (("Dy-U", (first, *right[1:])), ("truth", right))
    ]
    errors = segment_errors(rows)
    assert list(errors) == ["Dy-U"]
    assert errors["Dy-U"] == pytest.approx([4.0, *[0] * 16])
