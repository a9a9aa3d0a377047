"""Tables of errors against the truth."""

from __future__ import annotations

from dataclasses import dataclass

from custom.evaluation.ct_shift_picture import ShiftErrors
from custom.evaluation.truth_tables import shift_table, truth_table


@dataclass(frozen=True, kw_only=True)
class Row:
    study: str
    animal: str
    method: str
    imbv: float
    imbv_error_tissues: float | None = None
    imbv_error_voxels: float | None = None
    wall_recovery: float | None = None
    cavity_recovery: float | None = None
    heart_rmse: float | None = None
    segment_rmse: float | None = None


ROWS = [
    Row(study=f"{animal}_{gate}", animal=animal, method=method, imbv=0.2, imbv_error_tissues=error)
    for method, errors in {"Dy-U": (-0.02, 0.04, -0.02, 0.04), "truth": (None,) * 4}.items()
    for (animal, gate), error in zip(("a1", "a2", "b1", "b2"), errors, strict=True)
]


def test_errors_are_told_with_their_sign_and_by_their_size() -> None:
    table = truth_table(ROWS, title="Perfusion")
    assert table.rows == [
        ["Dy-U", "0.200 ± 0.000", "0.010 ± 0.035", "0.030 ± 0.012", *("—",) * 6],
        ["truth", "0.200 ± 0.000", *("—",) * 8],
    ]
    assert "Perfusion: mean ± SD over 4 volumes of 2 simulated animals." in table.markdown()


def test_shifts_are_columns() -> None:
    """A single animal has no interval; two that agree have one of no width."""
    methods = {"Dy-U": ShiftErrors(kind="SPECT only", errors={0.0: [0.02], 12.0: [0.03, 0.03]})}
    table = shift_table(methods, label="absolute error of IMBV")
    assert list(table.header) == ["method", "kind", "0 mm", "12 mm"]
    assert table.rows == [["Dy-U", "SPECT only", "0.020 ± 0.000", "0.030 ± 0.000"]]
