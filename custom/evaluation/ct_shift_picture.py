"""Picture of how methods fail when the CT is shifted against the SPECT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from custom.evaluation.footnotes import write_footnote
from custom.evaluation.measures import Measures, by_animal
from custom.evaluation.method_looks import Look, looks_of
from custom.evaluation.summary import values_of

BY_REGIONS = "regions of the CT"
KINDS = {BY_REGIONS: "-", "with CT": "--", "SPECT only": ":"}
SPREAD = 0.3  # of a step between shifts, on which the methods stand beside each other
FOOTNOTE = (
    "Mean over animals, each the mean of its gates, with its 95 % interval (Student). Solid: by regions of the "
    "CT; dashed: networks with CT; dotted: networks without, which no shift can reach."
)


@dataclass(frozen=True, kw_only=True)
class ShiftErrors:
    """Errors of one method at every shift of the CT.

    Args:
        kind: what the method knows of the CT, see `KINDS`.
        errors: by shift in mm, ascending, one for each animal.
    """

    kind: str
    errors: Mapping[float, Sequence[float]]


def ct_shift_picture(methods: Mapping[str, ShiftErrors], *, label: str, remark: str = "") -> Figure:
    """Draw the mean error of every method against the shift of the CT.

    Args:
        methods: errors by method.
        label: of the error, with its unit.
        remark: what must be known to read the picture, such as that it is simulated.
    """
    figure = Figure(figsize=(10, 5.6), dpi=95, layout="constrained")
    figure.suptitle("What a CT out of place costs")
    write_footnote(figure, remark, FOOTNOTE)
    axes = figure.subplots()
    for place, (method, look) in enumerate(looks_of(list(methods)).items()):
        _draw_method(axes, method, methods[method], look, (place + 0.5) / len(methods) - 0.5)
    shifts = sorted({shift for method in methods.values() for shift in method.errors})
    axes.set(xlabel="shift of the CT (mm)", ylabel=label, xticks=shifts)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=9)
    return figure


def shift_errors(
    by_shift: Mapping[float, Sequence[Measures]], kinds: Mapping[str, str], measure: str
) -> dict[str, ShiftErrors]:
    """Return the size of an error, gate by gate, averaged for each animal.

    Args:
        by_shift: measures of the same animals at every shift of the CT, mm.
        kinds: of the methods to show, see `KINDS`.
        measure: name of the error, such as "imbv_error_tissues".
    """
    return {
        method: ShiftErrors(
            kind=kind, errors={shift: _of_animals(rows, method, measure) for shift, rows in by_shift.items()}
        )
        for method, kind in kinds.items()
    }


def mean_and_half_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean of a sample and half the width of its 95 % interval, 0 for a single value.

    mean ± t(0.975, n − 1) · sd / √n
    """
    sample = np.asarray(values, float)
    if sample.size < 2:
        return float(sample.mean()), 0.0
    half = stats.t.ppf(0.975, sample.size - 1) * sample.std(ddof=1) / np.sqrt(sample.size)
    return float(sample.mean()), float(half)


def _of_animals(measures: Sequence[Measures], method: str, measure: str) -> list[float]:
    return [float(np.abs(values_of(rows, measure, method)).mean()) for rows in by_animal(measures)]


def _draw_method(axes: Axes, name: str, method: ShiftErrors, look: Look, place: float) -> None:
    shifts = np.array(list(method.errors))
    step = np.diff(shifts).min() if shifts.size > 1 else 1.0
    means, halves = np.array([mean_and_half_interval(values) for values in method.errors.values()]).T
    axes.errorbar(
        shifts + SPREAD * step * place, means, yerr=halves, label=name, color=look.colour, marker=look.marker,
        linestyle=KINDS[method.kind], linewidth=look.width, capsize=3, markersize=5, elinewidth=0.9,
    )  # fmt: skip
