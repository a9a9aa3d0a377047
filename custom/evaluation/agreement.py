"""Pictures of how IMBV agrees between methods."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from custom.evaluation.footnotes import write_footnote
from custom.evaluation.measures import Measures, by_animal, methods_of
from custom.evaluation.methods import REFERENCE, estimates
from custom.evaluation.statistics import limits_for_a_volume
from custom.evaluation.summary import compare_over_animals, values_of

GATES = {"ed": ("end-diastole", "o", "tab:blue"), "es": ("end-systole", "^", "tab:orange")}
OTHER_GATE = ("study", "s", "tab:gray")
PANELS_IN_A_ROW = 3  # more make the print of a page too small
POINTS_AND_LINES = (
    "Points: studies. Lines: mean difference, and limits within which 95 % of single studies are expected, with gates "
    "within animals."
)


def bland_altman(measures: Sequence[Measures], *, footnote: str = "") -> Figure:
    """Plot differences of IMBV from iterative Yang over the mean of both, one panel per method.

    Points are studies. The solid line is the mean difference over animals, the dashed lines are the limits of agreement
    for a single study, see `limits_for_a_volume`: gates of one animal are no independent pairs.

    Args:
        measures: one row per study and method.
        footnote: what must be known to read the picture, such as that it is simulated.

    Source: Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8.
    """
    compared = estimates(methods_of(measures))
    n_columns = min(len(compared), PANELS_IN_A_ROW)
    n_rows = math.ceil(len(compared) / n_columns)
    figure = Figure(figsize=(3.6 * n_columns + 1, 3.3 * n_rows + 0.8), dpi=110, layout="constrained")
    figure.suptitle("Agreement of IMBV with iterative Yang")
    write_footnote(figure, footnote, POINTS_AND_LINES)
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
    for panel, method in zip(panels.flat, compared, strict=False):
        _draw_agreement(panel, measures, method)
    for unused in panels.flat[len(compared) :]:
        unused.remove()
    for panel in panels[:, 0]:
        panel.set_ylabel("difference from iterative Yang")
    panels.flat[len(compared) - 1].legend(loc="upper right", fontsize=8)  # where a good method leaves room
    return figure


def imbv_box_plot(measures: Sequence[Measures], *, footnote: str = "") -> Figure:
    """Plot IMBV of every method, one panel per gate; thin lines join the methods of one animal.

    Boxes hold the middle half of the studies with the median; whiskers reach to the last study within 1.5 times their
    height.

    Args:
        measures: one row per study and method.
        footnote: what must be known to read the picture, such as that it is simulated.
    """
    gates = list(dict.fromkeys(row.gate for row in measures))
    width = max(5, 0.55 * len(methods_of(measures)))
    figure = Figure(figsize=(width * len(gates) + 1, 5.2), dpi=110, layout="constrained")
    figure.suptitle("Intramyocardial blood volume by method")
    figure.supxlabel(footnote, fontsize=8, color="dimgray")
    panels = figure.subplots(1, len(gates), sharey=True, squeeze=False)[0]
    for panel, gate in zip(panels, gates, strict=True):
        _draw_boxes(panel, [row for row in measures if row.gate == gate], GATES.get(gate, OTHER_GATE))
    panels[0].set_ylabel("IMBV (myocardium / LV blood pool)")
    panels[0].set_ylim(bottom=0)  # once all gates are drawn, for it ends the fitting of the axis
    return figure


def _draw_agreement(panel: Axes, measures: Sequence[Measures], method: str) -> None:
    gates = list(dict.fromkeys(row.gate for row in measures))
    for gate in gates:
        rows = [row for row in measures if row.gate == gate]
        values, reference = (np.array(values_of(rows, "imbv", name)) for name in (method, REFERENCE))
        label, marker, colour = GATES.get(gate, OTHER_GATE)
        panel.scatter((values + reference) / 2, values - reference, marker=marker, color=colour, label=label, zorder=3)
    mean = compare_over_animals(measures, "imbv", method, REFERENCE).mean_difference
    limits = limits_for_a_volume(_differences_by_animal(measures, method))
    said = f"{method}\nmean {mean:+.3f}"
    panel.axhline(0, color="lightgray", linewidth=1)
    panel.axhline(mean, color="black", linewidth=1)
    if limits is not None:
        said += "\nlimits of agreement {:+.3f} to {:+.3f}".format(*limits)
        for limit in limits:
            panel.axhline(limit, color="black", linewidth=1, linestyle="--")
    panel.set_title(said, fontsize=10)
    panel.set_xlabel("mean of IMBV with both methods")
    panel.margins(x=0.15, y=0.15)
    panel.tick_params(labelbottom=True)  # also where no panel lies below


def _differences_by_animal(measures: Sequence[Measures], method: str) -> list[np.ndarray]:
    return [
        np.subtract(values_of(rows, "imbv", method), values_of(rows, "imbv", REFERENCE)) for rows in by_animal(measures)
    ]


def _draw_boxes(panel: Axes, rows: Sequence[Measures], look: tuple[str, str, str]) -> None:
    title, marker, colour = look
    methods = methods_of(rows)
    values, places = [values_of(rows, "imbv", method) for method in methods], range(1, len(methods) + 1)
    panel.boxplot(values, showfliers=False, medianprops={"color": "black"})
    panel.set_xticks(places, methods, rotation=45, horizontalalignment="right", rotation_mode="anchor")
    for animal in zip(*values, strict=True):
        panel.plot(places, animal, marker=marker, markersize=4, color=colour, linewidth=0.6, alpha=0.6)
    panel.set_title(f"{title} (n = {len(values[0])})")
