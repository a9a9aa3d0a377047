"""Small print under pictures."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from custom.evaluation.footnotes import CHARACTERS_PER_INCH, write_footnote


@pytest.mark.parametrize(
    ("remark", "said", "expected"),
    [
        ("Simulated", "Dots: animals.", "Simulated. Dots: animals."),
        ("", "Dots: animals.", "Dots: animals."),
        ("Simulated", "", "Simulated."),
    ],
)
def test_remark_and_explanation_are_joined(remark: str, said: str, expected: str) -> None:
    figure = Figure()
    write_footnote(figure, remark, said)
    assert figure.get_supxlabel() == expected


def test_lines_are_no_longer_than_the_figure_is_wide() -> None:
    figure = Figure(figsize=(4, 3), layout="constrained")
    write_footnote(figure, "Simulated", "word " * 60)
    assert max(map(len, figure.get_supxlabel().splitlines())) <= 4 * CHARACTERS_PER_INCH
    figure.draw_without_rendering()
    extent = figure._supxlabel.get_window_extent()
    assert 0 <= extent.x0 < extent.x1 <= figure.bbox.width
