"""Tables of how far methods are from the truth, which only a simulation knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custom.evaluation.ct_shift_picture import ShiftErrors, mean_and_half_interval
from custom.evaluation.measures import Measures
from custom.evaluation.page import Table
from custom.evaluation.statistics import describe
from custom.evaluation.summary import values_of
from custom.evaluation.written_numbers import NOTHING, mean_and_sd

TRUTH = "truth"
COLUMNS = {  # measure: title and decimals
    "imbv": ("IMBV", 3),
    "imbv_error_tissues": ("error of IMBV, tissues", 3),
    "imbv_error_voxels": ("error of IMBV, in voxels", 3),
    "wall_recovery": ("recovery of the wall", 2),
    "cavity_recovery": ("recovery of the cavity", 2),
    "heart_rmse": ("RMSE in the heart", 3),
}
EXPLAINED = (
    "Errors of IMBV are absolute, against the ratio of the tissues and against that of the truth averaged into voxels. "
    "Recovery: mean of the image over mean of the truth in the region, 1 is right. RMSE: blood = 1."
)


def truth_table(measures: Sequence[Measures], *, title: str) -> Table:
    """Show mean ± SD of every method's errors and recoveries.

    Args:
        measures: one row per study and method, with the measures of `COLUMNS` where they were taken.
        title: which animals.
    """
    methods = list(dict.fromkeys(row.method for row in measures))
    n_studies, n_animals = (len({getattr(row, name) for row in measures}) for name in ("study", "animal"))
    rows = [
        [method, *(_cell(values_of(measures, name, method), decimals) for name, (_, decimals) in COLUMNS.items())]
        for method in methods
    ]
    caption = f"{title}: mean ± SD over {n_studies} volumes of {n_animals} simulated animals. {EXPLAINED}"
    return Table(caption, ["method", *(name for name, _ in COLUMNS.values())], rows)


def shift_table(methods: Mapping[str, ShiftErrors], *, label: str) -> Table:
    """Show what the picture of the shifted CT shows, in numbers.

    Args:
        methods: errors by method, all at the same shifts.
        label: of the error, with its unit.
    """
    shifts = list(next(iter(methods.values())).errors)
    rows = [
        [name, method.kind, *(_with_interval(method.errors[shift]) for shift in shifts)]
        for name, method in methods.items()
    ]
    caption = f"CT shifted: {label}, mean over animals ± half its 95 % interval."
    return Table(caption, ["method", "knows", *(f"{shift:g} mm" for shift in shifts)], rows)


def _cell(values: Sequence[float | None], decimals: int) -> str:
    known = [value for value in values if value is not None]
    return mean_and_sd(describe(known), decimals) if known else NOTHING


def _with_interval(values: Sequence[float]) -> str:
    mean, half = mean_and_half_interval(values)
    return f"{mean:.3f} ± {half:.3f}"
