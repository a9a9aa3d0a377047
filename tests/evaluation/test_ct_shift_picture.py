"""What the picture of the shifted CT shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from custom.evaluation.ct_shift_picture import ShiftErrors, ct_shift_picture, mean_and_half_interval, shift_errors
from tests.results_evidence import MeasuresWithTruth

METHODS = {
    "iterative Yang": ShiftErrors(
        kind="regions of the CT", errors={0.0: [0.01, 0.03], 4.0: [0.05, 0.07], 8.0: [0.1, 0.1]}
    ),
    "Dy-U-CT": ShiftErrors(kind="with CT", errors={0.0: [0.02, 0.02], 4.0: [0.03, 0.05], 8.0: [0.06, 0.08]}),
    "Dy-U": ShiftErrors(kind="SPECT only", errors={shift: [0.03, 0.05] for shift in (0.0, 4.0, 8.0)}),
}


def test_the_interval_is_students() -> None:
    sample = [0.1, 0.2, 0.4, 0.5]
    mean, half = mean_and_half_interval(sample)
    assert (mean - half, mean + half) == pytest.approx(
        stats.t.interval(0.95, 3, loc=np.mean(sample), scale=stats.sem(sample))
    )
    assert mean_and_half_interval([0.3]) == (0.3, 0)


def test_means_stand_at_their_shifts(tmp_path: Path) -> None:
    figure = ct_shift_picture(METHODS, label="absolute error of IMBV", remark="Simulated")
    figure.savefig(tmp_path / "figure.png")
    (axes,) = figure.axes
    for container, (name, method) in zip(axes.containers, METHODS.items(), strict=True):
        line = container.lines[0]
        assert container.get_label() == name
        assert line.get_xdata() == pytest.approx(list(method.errors), abs=0.6), (
            "beside the shift, nearer than half a step"
        )
        assert line.get_ydata() == pytest.approx([np.mean(values) for values in method.errors.values()])
    assert [container.lines[0].get_linestyle() for container in axes.containers] == ["-", "--", ":"]
    assert list(axes.get_xticks()) == [0, 4, 8]
    assert axes.get_ylabel() == "absolute error of IMBV"
    assert axes.get_ylim()[0] == 0
    assert figure.get_supxlabel().startswith("Simulated. ")


def test_no_two_methods_stand_on_each_other() -> None:
    (axes,) = ct_shift_picture(METHODS, label="error").axes
    places = [container.lines[0].get_xdata()[0] for container in axes.containers]
    assert len(set(places)) == len(places)


def test_one_animal_and_one_shift_can_be_drawn(tmp_path: Path) -> None:
    one = {"iterative Yang": ShiftErrors(kind="regions of the CT", errors={0.0: [0.01]})}
    ct_shift_picture(one, label="error").savefig(tmp_path / "figure.png")


def test_errors_are_taken_gate_by_gate_before_an_animals_mean() -> None:
    """Errors of opposite sign in both gates do not cancel."""
    errors = {"a": (0.02, -0.02), "b": (0.01, 0.03)}
    rows = [
        MeasuresWithTruth(
            study=f"{animal}_{gate}", animal=animal, gate=gate, method=method, imbv=0, imbv_error_tissues=e
        )
        for method in ("Dy-U", "U-net")
        for animal, of_gates in errors.items()
        for gate, e in zip(("ed", "es"), of_gates, strict=True)
    ]
    shifted = shift_errors({0.0: rows, 4.0: rows}, {"Dy-U": "SPECT only"}, "imbv_error_tissues")
    assert shifted == {"Dy-U": ShiftErrors(kind="SPECT only", errors={0.0: [0.02, 0.02], 4.0: [0.02, 0.02]})}
