"""Tables of how far methods are from the truth, which only a simulation knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from custom.evaluation.ct_shift_picture import ShiftErrors, mean_and_half_interval
from custom.evaluation.deficit import Deficit
from custom.evaluation.measures import Measures, methods_of
from custom.evaluation.methods import TRUTH
from custom.evaluation.page import Table
from custom.evaluation.statistics import describe
from custom.evaluation.summary import values_of
from custom.evaluation.written_numbers import NOTHING, estimate, mean_and_sd


class Column(NamedTuple):
    """A measure in a table: its title, its decimals, and whether its size alone counts."""

    measure: str
    title: str
    decimals: int
    absolute: bool = False


COLUMNS = (
    Column("imbv", "IMBV", 3),
    Column("imbv_error_tissues", "IMBV − tissues", 3),
    Column("imbv_error_tissues", "absolute", 3, absolute=True),
    Column("imbv_error_voxels", "IMBV − truth in voxels", 3),
    Column("imbv_error_voxels", "absolute", 3, absolute=True),
    Column("wall_recovery", "recovery of the wall", 2),
    Column("cavity_recovery", "recovery of the cavity", 2),
    Column("heart_rmse", "RMSE in the heart", 3),
    Column("segment_rmse", "RMSE of segments", 3),
)
EXPLAINED = (
    "IMBV is held against the true ratio of the tissues and against that of the truth averaged into voxels. Recovery: "
    "mean of the image over mean of the truth in the region, 1 is right. RMSE: true blood = 1."
)

DEFICIT_EXPLAINED = (
    "The same animals were simulated with and without it, by the same random numbers. Share: of the change in 17 "
    "segments, with its 95 % interval, animals being clusters; 1: all, 0: nothing of it is seen. Change: mean ± SD in "
    "each volume's segment that truly loses most."
)


def truth_table(measures: Sequence[Measures], *, title: str) -> Table:
    """Show mean ± SD of every method's errors and recoveries.

    Args:
        measures: one row per study and method, with the measures of `COLUMNS`, None where they do not apply.
        title: which animals.
    """
    methods = methods_of(measures)
    n_studies, n_animals = (len({getattr(row, name) for row in measures}) for name in ("study", "animal"))
    rows = [[method, *(_cell(measures, method, column) for column in COLUMNS)] for method in methods]
    caption = f"{title}: mean ± SD over {n_studies} volumes of {n_animals} simulated animals. {EXPLAINED}"
    return Table(caption, ["method", *(column.title for column in COLUMNS)], rows)


def deficit_table(deficit: Deficit) -> Table:
    """Show what every method shows of a territory with less blood, the truth first."""
    methods = [TRUTH, *(method for method in deficit.changes if method != TRUTH)]
    rows = [
        [method, _share(deficit, method), mean_and_sd(describe(deficit.deepest(method)), 1, factor=100)]
        for method in methods
    ]
    n_volumes, n_animals = len(deficit.studies), len(set(deficit.animals))
    caption = f"A territory with less blood, {n_volumes} volumes of {n_animals} simulated animals. {DEFICIT_EXPLAINED}"
    return Table(caption, ["method", "share of the true change", "change where most is lost (% of the blood)"], rows)


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
    return Table(caption, ["method", "kind", *(f"{shift:g} mm" for shift in shifts)], rows)


def _cell(measures: Sequence[Measures], method: str, column: Column) -> str:
    known = [value for value in values_of(measures, column.measure, method) if value is not None]
    values = np.abs(known) if column.absolute else known
    return mean_and_sd(describe(list(values)), column.decimals) if known else NOTHING


def _share(deficit: Deficit, method: str) -> str:
    share = None if method == TRUTH else deficit.share(method)
    return NOTHING if share is None else estimate(share.value, share.interval_95, 2)


def _with_interval(values: Sequence[float]) -> str:
    mean, half = mean_and_half_interval(values)
    return f"{mean:.3f} ± {half:.3f}"
