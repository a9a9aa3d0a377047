"""Picture of IMBV by every method against that of iterative Yang, with straight lines fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from custom.evaluation.agreement import GATES, OTHER_GATE
from custom.evaluation.footnotes import write_footnote
from custom.evaluation.measures import Measures
from custom.evaluation.methods import REFERENCE
from custom.evaluation.summary import values_of

N_COLUMNS = 3
FOOTNOTE = (
    "Points: studies. Solid: line of least squares; dashed: identity. r: Pearson's correlation. R² and r are 1 for any "
    "straight line, Lin's concordance on the identity only."
)


def linear_fits(
    measures: Sequence[Measures], lines: Mapping[str, Mapping[str, Any] | None], *, remark: str = ""
) -> Figure:
    """Plot IMBV of every method over that of iterative Yang, with the fitted line and the identity; a panel per method.

    Args:
        measures: one row per study and method, iterative Yang among the methods.
        lines: by method, in the order of the panels: `slope`, `intercept` and `pearson_r`, each with its `value`, and
            `r_squared` and `concordance`; None where no line can be fitted.
        remark: what must be known to read the picture, such as that it is simulated.
    """
    n_columns = min(N_COLUMNS, len(lines))
    n_rows = -(-len(lines) // n_columns)
    figure = Figure(figsize=(4 * n_columns, 3.9 * n_rows + 0.8), dpi=90, layout="constrained")
    figure.suptitle(f"Intramyocardial blood volume: linear fits to {REFERENCE}")
    figure.supylabel("IMBV (myocardium / LV blood pool)")
    write_footnote(figure, remark, FOOTNOTE)
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel()
    highest = 1.08 * max(max(values_of(measures, "imbv", method)) for method in [*lines, REFERENCE])
    for axes, (method, line) in zip(panels, lines.items(), strict=False):
        _draw_points(axes, measures, method)
        axes.plot([0, highest], [0, highest], color="gray", linestyle="--", linewidth=1)
        if line is not None:
            _draw_line(axes, line, highest)
        axes.set_title(method, fontsize=11, parse_math=False)
        axes.set(xlim=(0, highest), ylim=(0, highest), aspect="equal")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", fontsize=9, ncols=2)
    for axes in panels[len(lines) :]:
        axes.set_axis_off()
    for axes in panels[: len(lines)][-n_columns:]:  # the lowest of each column
        axes.set_xlabel(f"IMBV, {REFERENCE}")
        axes.tick_params(labelbottom=True)
    return figure


def _draw_points(axes: Axes, measures: Sequence[Measures], method: str) -> None:
    for gate in dict.fromkeys(row.gate for row in measures):
        rows = [row for row in measures if row.gate == gate]
        label, marker, colour = GATES.get(gate, OTHER_GATE)
        reference, values = (values_of(rows, "imbv", name) for name in (REFERENCE, method))
        axes.scatter(reference, values, marker=marker, color=colour, s=24, alpha=0.8, label=label, zorder=3)


def _draw_line(axes: Axes, line: Mapping[str, Any], highest: float) -> None:
    slope, intercept, r = (line[name]["value"] for name in ("slope", "intercept", "pearson_r"))
    ends = np.array([0.0, highest])
    axes.plot(ends, slope * ends + intercept, color="black", linewidth=1.2)
    said = (
        f"y = {slope:.3f} x {'−' if intercept < 0 else '+'} {abs(intercept):.3f}\n"
        f"R² = {line['r_squared']:.3f}, r = {r:.3f}\nconcordance {line['concordance']:.3f}"
    )
    axes.text(0.96, 0.04, said, transform=axes.transAxes, ha="right", fontsize=9)  # no point lies far below identity
