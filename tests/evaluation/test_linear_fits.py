"""What the picture of the linear fits shows."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.evaluation.linear_fits import linear_fits
from custom.evaluation.measures import Measures

IMBV = {"iterative Yang": (0.10, 0.14, 0.20, 0.30), "U-net": (0.22, 0.26, 0.32, 0.42), "Dy-U": (0.1, 0.1, 0.1, 0.1)}
LINES = {
    "U-net": {
        "slope": {"value": 1.0},
        "intercept": {"value": 0.12},
        "pearson_r": {"value": 1.0},
        "r_squared": 1.0,
        "concordance": 0.456,
    },
    "Dy-U": None,
}
ROWS = [
    Measures(study=f"{animal}_gate-{gate}", animal=animal, gate=gate, method=method, imbv=value)
    for method, values in IMBV.items()
    for (animal, gate), value in zip((("a", "ed"), ("b", "ed"), ("a", "es"), ("b", "es")), values, strict=True)
]


@pytest.fixture(scope="module")
def figure() -> Figure:
    return linear_fits(ROWS, LINES, remark="Simulated")


def test_every_study_is_a_point_over_iterative_yang(figure: Figure) -> None:
    for axes, method in zip(figure.axes, LINES, strict=True):
        assert axes.get_title() == method
        points = np.concatenate([gate.get_offsets() for gate in axes.collections])
        np.testing.assert_allclose(points, np.transpose([IMBV["iterative Yang"], IMBV[method]]))


def test_line_and_identity_run_through_the_panel(figure: Figure) -> None:
    identity, line = figure.axes[0].lines
    end = figure.axes[0].get_xlim()[1]
    assert list(identity.get_xdata()) == list(identity.get_ydata()) == [0, end]
    assert list(line.get_ydata()) == pytest.approx([0.12, end + 0.12])
    (said,) = (text.get_text() for text in figure.axes[0].texts)
    assert said == "y = 1.000 x + 0.120\nR² = 1.000, r = 1.000\nconcordance 0.456"


def test_without_a_line_the_points_stand_alone(figure: Figure) -> None:
    assert len(figure.axes[1].lines) == 1
    assert not figure.axes[1].texts


def test_panels_share_their_axes_and_are_square(figure: Figure) -> None:
    assert len({(axes.get_xlim(), axes.get_ylim(), axes.get_aspect()) for axes in figure.axes}) == 1
    assert figure.axes[0].get_xlim() == figure.axes[0].get_ylim()
    assert figure.get_supxlabel().startswith("Simulated. ")


def test_more_methods_than_columns_are_drawn(tmp_path) -> None:
    rows = [row for row in ROWS if row.method == "iterative Yang"]
    lines = {f"seed {number}": LINES["U-net"] for number in range(4)}
    rows += [Measures(**{**vars(row), "method": method}) for method in lines for row in ROWS if row.method == "U-net"]
    figure = linear_fits(rows, lines)
    figure.savefig(tmp_path / "figure.png")
    assert [axes.get_title() for axes in figure.axes if axes.axison] == list(lines)
