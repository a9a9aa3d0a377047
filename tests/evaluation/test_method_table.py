"""Tables of subjects and methods, of measures one can do in the head."""

from __future__ import annotations

import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.measures import Measures
from custom.evaluation.method_table import method_table

#       animal, gate: IMBV by method
IMBV = {
    ("a", "ed"): {"U-net": 0.20, "iterative Yang": 0.18},
    ("a", "es"): {"U-net": 0.12, "iterative Yang": 0.16},
    ("b", "ed"): {"U-net": 0.30, "iterative Yang": 0.20},
    ("b", "es"): {"U-net": 0.20, "iterative Yang": 0.20},
}
ROWS = [
    Measures(
        study=f"{animal}_gate-{gate}", animal=animal, gate=gate, method=method, imbv=imbv,
        ssim=0.9 if method == "U-net" else None,
    )
    for (animal, gate), methods in IMBV.items()
    for method, imbv in methods.items()
]  # fmt: skip


def test_an_animal_is_the_mean_of_its_gates() -> None:
    table = method_table(ROWS, "imbv", by="animal")
    assert (table.subjects, table.methods) == (("a", "b"), ("U-net", "iterative Yang"))
    np.testing.assert_allclose(table.values, [[0.16, 0.17], [0.25, 0.20]])
    np.testing.assert_allclose(table.of("iterative Yang"), [0.17, 0.20])


def test_a_study_stands_on_its_own() -> None:
    table = method_table(ROWS, "imbv", by="study")
    assert table.subjects == ("a_gate-ed", "a_gate-es", "b_gate-ed", "b_gate-es")
    np.testing.assert_allclose(table.of("U-net"), [0.20, 0.12, 0.30, 0.20])


def test_errors_of_two_gates_do_not_cancel() -> None:
    table = method_table(ROWS, "absolute_imbv_error", by="animal")
    assert table.methods == ("U-net",), "iterative Yang is what the error is measured from"
    np.testing.assert_allclose(table.values, [[0.03], [0.05]])  # (0.02 + 0.04) / 2, not (0.02 − 0.04) / 2


def test_methods_without_the_measure_are_left_out() -> None:
    assert method_table(ROWS, "ssim", by="animal").methods == ("U-net",)


def test_the_order_of_rows_and_methods_is_the_callers() -> None:
    table = method_table(ROWS[::-1], "imbv", by="animal", methods=("U-net", "iterative Yang"))
    assert (table.subjects, table.methods) == (("b", "a"), ("U-net", "iterative Yang"))
    np.testing.assert_allclose(table.values, [[0.25, 0.20], [0.16, 0.17]])


@pytest.mark.parametrize(
    ("rows", "measure", "message"),
    [
        (ROWS[:-2] + ROWS[-1:], "imbv", "U-net has no imbv of b_gate-es"),
        (ROWS[:-1], "absolute_imbv_error", "U-net has no absolute_imbv_error of b_gate-es"),
        (ROWS + ROWS[:1], "imbv", "one row per study"),
    ],
)
def test_incomplete_and_double_rows_are_refused(rows: list[Measures], measure: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        method_table(rows, measure, by="animal")


def test_a_method_that_was_never_run_is_named() -> None:
    with pytest.raises(BadInput, match="Dy-U has no imbv"):
        method_table(ROWS, "imbv", by="animal", methods=("U-net", "Dy-U"))
