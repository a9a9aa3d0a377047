"""What the picture of the distributions shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.evaluation.cohort import read_cohort
from custom.evaluation.distributions import distributions
from tests.described_cohort import DIAMETERS_MM, IMBV, VOLUMES_ML, WALLS_MM, WEIGHTS_KG


@pytest.fixture(scope="module")
def figure(described: Path) -> Figure:
    return distributions(read_cohort(described).animals)


def dots(axes) -> list[np.ndarray]:
    """The dots of every column or gate; bands have no offsets of their own."""
    return [points.get_offsets().data for points in axes.collections if len(points.get_offsets()) == 3]


def panel(figure: Figure, label: str, title: str = ""):
    (axes,) = [axes for axes in figure.axes if label in axes.get_ylabel() and axes.get_title().startswith(title)]
    return axes


@pytest.mark.parametrize(
    ("label", "values"), [("volume", VOLUMES_ML), ("inner diameter", DIAMETERS_MM), ("wall", WALLS_MM)]
)
def test_sizes_stand_over_body_weight_gate_by_gate(figure: Figure, label: str, values: dict) -> None:
    axes = panel(figure, label)
    assert axes.get_xlabel() == "body weight (kg)"
    for points, gate in zip(dots(axes), ("ed", "es"), strict=True):
        np.testing.assert_allclose(points, np.stack([WEIGHTS_KG, values[gate]], axis=1))


@pytest.mark.parametrize(("label", "at_25_kg"), [("inner diameter", 39.4), ("wall", 8.86)])
def test_cornells_line_is_drawn(figure: Figure, label: str, at_25_kg: float) -> None:
    axes = panel(figure, label)
    (line,) = [line for line in axes.get_lines() if "Cornell" in str(line.get_label())]
    assert np.interp(25, line.get_xdata(), line.get_ydata()) == pytest.approx(at_25_kg, abs=0.05)


def test_every_animal_is_a_dot_in_every_column_with_the_mean_beside(figure: Figure) -> None:
    for gate, title in (("ed", "end-diastole"), ("es", "end-systole")):
        axes = panel(figure, "IMBV", title)
        assert [label.get_text() for label in axes.get_xticklabels()] == [
            "tissues", "in voxels", "MLEM", "iterative\nYang"
        ]  # fmt: skip
        for column, points in enumerate(dots(axes)):
            np.testing.assert_allclose(points[:, 1], [animal[column] for animal in IMBV[gate]])
            assert (np.abs(points[:, 0] - column) < 0.5).all()
        means = [line.get_ydata()[0] for line in axes.get_lines()[:4]]
        np.testing.assert_allclose(means, np.mean(IMBV[gate], axis=0))
        assert axes.get_title() == f"{title} (n = 3)"
    np.testing.assert_allclose(dots(panel(figure, "ejection fraction"))[0][:, 1], 0.6)
    np.testing.assert_allclose(dots(panel(figure, "heart rate"))[0][:, 1], [100, 110, 120])
    np.testing.assert_allclose([column[:, 1] for column in dots(panel(figure, "counts"))], [[2, 3, 4]] * 2)


@pytest.mark.parametrize(
    ("label", "title", "band"),
    [
        ("IMBV", "end-diastole", (0.12, 0.18)),
        ("IMBV", "end-systole", (0.08, 0.14)),
        ("ejection fraction", "", (0.55, 0.65)),
    ],
)
def test_published_values_are_bands(figure: Figure, label: str, title: str, band: tuple[float, float]) -> None:
    (patch,) = panel(figure, label, title).patches
    bounds = patch.get_bbox()
    assert (bounds.y0, bounds.y1) == pytest.approx(band)


def test_volumes_have_a_band_for_each_gate(figure: Figure) -> None:
    axes = panel(figure, "volume")
    corners = [band.get_paths()[0].vertices for band in axes.collections if len(band.get_offsets()) != 3]
    ranges = [(vertices[:, 1].min(), vertices[:, 1].max()) for vertices in corners]
    assert ranges == [(50, 70), (20, 30)]
    assert {(vertices[:, 0].min(), vertices[:, 0].max()) for vertices in corners} == {(20, 30)}


def test_the_sources_stand_under_it(figure: Figure) -> None:
    assert "doi:10.1007/s12350-017-0970-4" in figure.get_supxlabel()
    assert "doi:10.1111/j.1939-1676.2004.tb02551.x" in figure.get_supxlabel()
    assert "3 simulated animals" in figure.get_suptitle()
