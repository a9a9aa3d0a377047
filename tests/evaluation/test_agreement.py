"""What the figures of agreement show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from custom.evaluation.agreement import bland_altman, imbv_box_plot
from custom.evaluation.measures import Measures
from custom.evaluation.statistics import limits_for_a_volume
from custom.evaluation.summary import summarise, values_of

METHODS = ("no correction", "network", "iterative Yang", "truth")


def test_bland_altman_shows_every_study_and_the_limits_for_one(measures: list[Measures], tmp_path: Path) -> None:
    figure = bland_altman(measures, footnote="Virtual (simulated) animals")
    figure.savefig(tmp_path / "figure.png")
    comparisons = summarise(measures)["comparisons_over_animals"]["imbv"]
    for panel, method in zip(figure.axes, ("no correction", "network"), strict=True):
        values, reference = (np.array(values_of(measures, "imbv", m)) for m in (method, "iterative Yang"))
        shown = np.concatenate([points.get_offsets() for points in panel.collections])
        assert sorted(shown[:, 0]) == pytest.approx(sorted((values + reference) / 2))
        assert sorted(shown[:, 1]) == pytest.approx(sorted(values - reference))
        levels = sorted(line.get_ydata()[0] for line in panel.lines)
        mean = comparisons[f"{method} - iterative Yang"]["mean_difference"]
        animals = {row.animal: [] for row in measures if row.method == method}
        for study, difference in zip(
            (row for row in measures if row.method == method), values - reference, strict=True
        ):
            animals[study.animal].append(difference)
        low, high = limits_for_a_volume(list(animals.values()))
        assert panel.get_title() == f"{method}\nmean {mean:+.3f}\nlimits of agreement {low:+.3f} to {high:+.3f}"
        assert levels == pytest.approx(sorted([0, mean, low, high]))
    assert figure._supxlabel.get_text().startswith("Virtual (simulated) animals. Points: studies.")


def test_limits_hold_for_a_single_gate() -> None:
    """Two animals, each +0.1 in one gate and -0.1 in the other: no difference over animals, SD √0.02 within them."""
    imbv = {"iterative Yang": (0.2, 0.2), "network": (0.3, 0.1), "no correction": (0.3, 0.1)}
    rows = [
        Measures(study=f"{animal}_gate-{gate}", animal=animal, gate=gate, method=method, imbv=value)
        for animal in "ab"
        for method, values in imbv.items()
        for gate, value in zip(("ed", "es"), values, strict=True)
    ]
    limits = (-1.96 * 0.02**0.5, 1.96 * 0.02**0.5)
    for panel in bland_altman(rows).axes:
        assert [line.get_ydata()[0] for line in panel.lines] == pytest.approx([0, 0, *limits], abs=1e-9)
        assert sum(len(points.get_offsets()) for points in panel.collections) == 4


def test_there_is_a_panel_for_each_of_many_methods(tmp_path: Path) -> None:
    methods = ["no correction", *(f"network {n}" for n in range(9)), "iterative Yang", "truth"]
    rows = [
        Measures(study=f"{animal}_gate-ed", animal=animal, gate="ed", method=method, imbv=0.1 + 0.01 * n)
        for animal in "abc"
        for n, method in enumerate(methods)
    ]
    agreement, boxes = bland_altman(rows), imbv_box_plot(rows)
    for name, figure in (("agreement", agreement), ("boxes", boxes)):
        figure.savefig(tmp_path / f"{name}.png")
    assert [panel.get_title().split("\n")[0] for panel in agreement.axes] == methods[:10]
    assert all(label.get_visible() for panel in agreement.axes for label in panel.get_xticklabels())
    assert [label.get_text() for label in boxes.axes[0].get_xticklabels()] == methods


def test_the_box_plot_has_a_panel_for_each_gate(measures: list[Measures], tmp_path: Path) -> None:
    figure = imbv_box_plot(measures)
    figure.savefig(tmp_path / "figure.png")
    assert [panel.get_title() for panel in figure.axes] == ["end-diastole (n = 4)", "end-systole (n = 4)"]
    for panel in figure.axes:
        assert [label.get_text() for label in panel.get_xticklabels()] == list(METHODS)
        assert panel.get_ylim()[0] == 0


def test_no_study_lies_above_the_boxes_axis() -> None:
    rows = [
        Measures(study=f"a_gate-{gate}", animal="a", gate=gate, method=method, imbv=imbv)
        for gate, imbv in (("ed", 0.1), ("es", 0.4))
        for method in METHODS
    ]
    assert imbv_box_plot(rows).axes[0].get_ylim()[1] > 0.4


def test_one_ungated_study_can_be_drawn(tmp_path: Path) -> None:
    rows = [Measures(study="a", animal="a", gate="", method=m, imbv=0.1 * n) for n, m in enumerate(METHODS, start=1)]
    bland_altman(rows).savefig(tmp_path / "agreement.png")
    imbv_box_plot(rows).savefig(tmp_path / "boxes.png")
