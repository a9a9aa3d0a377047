"""The picture of run `rebinning`: the ventricle's curve, the R-R intervals, and end-diastole as the camera sees it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from scipy.interpolate import CubicSpline

from custom.reconstruction.rebinning import Rebinned
from custom.reconstruction.volume_curve import VolumeCurve
from custom.scanner.list_mode import ListMode

MODULES_IN_A_ROW = 10
GAP = 6  # pixels between modules
CURVES = {
    "red_blood_cells": "counts rise as the ventricle fills",
    "perfusion": "counts fall as the ventricle fills",
}


def draw_rebinning(
    list_mode: ListMode,
    rebinned: Rebinned,
    curve: VolumeCurve,
    *,
    accepted_rr: tuple[float, float],
    title: str,
    subtitle: str,
) -> Figure:
    """Draw what a reader checks before the gates are reconstructed.

    Args:
        list_mode: the scan.
        rebinned: its gates.
        curve: of the left ventricle.
        accepted_rr: shortest and longest R-R interval that counts, over their median.
        title: name of the scan.
        subtitle: what came of it, under the title.

    Returns:
        A figure of its own, to be saved.
    """
    n_rows = -(-len(rebinned.counts[0]) // MODULES_IN_A_ROW)
    figure = Figure(figsize=(13, 5 + 1.6 * n_rows), dpi=110, layout="constrained")
    figure.suptitle(f"{title}\n{subtitle}", fontsize=12, parse_math=False)
    figure.supxlabel(list_mode.origin, fontsize=8, color="dimgray", parse_math=False)
    grid = figure.add_gridspec(2, 2, height_ratios=[4, 1.5 * n_rows])
    left, right, below = (figure.add_subplot(part) for part in (grid[0, 0], grid[0, 1], grid[1, :]))
    _draw_curve(left, curve, list_mode.tracer)
    _draw_intervals(right, rebinned, accepted_rr)
    shown = _draw_modules(below, rebinned.counts[curve.end_diastole], curve.end_diastole + 1)
    figure.colorbar(shown, ax=below, label="counts per pixel", extend="max")
    return figure


def _draw_curve(axes: Axes, curve: VolumeCurve, tracer: str) -> None:
    gates = np.arange(len(curve.measured)) + 1
    between = np.linspace(1, len(gates), 200)
    smooth = CubicSpline(np.append(gates, len(gates) + 1), np.append(curve.fitted, curve.fitted[0]), bc_type="periodic")
    axes.plot(between, smooth(between), color="tab:blue", label="two harmonics")
    axes.plot(gates, curve.measured, "o", color="black", label="measured")
    for gate, name, colour in ((curve.end_diastole, "ED", "tab:red"), (curve.end_systole, "ES", "tab:green")):
        axes.axvline(gate + 1, color=colour, linestyle="--", linewidth=1.2, label=name)
    axes.set(xticks=gates, xlabel="gate, the first centred on the R wave", ylabel="count rate over its mean")
    axes.set_title(f"over the left ventricle: {CURVES[tracer]}", fontsize=10)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)


def _draw_intervals(axes: Axes, rebinned: Rebinned, accepted_rr: tuple[float, float]) -> None:
    intervals = 1000 * rebinned.rr_seconds
    median = float(np.median(intervals))
    low, high = accepted_rr[0] * median, accepted_rr[1] * median
    edge = 0.05 * median
    shown = min(low, intervals.min()) - edge, max(min(high, 2 * median), intervals.max()) + edge
    axes.axvspan(max(low, shown[0]), min(high, shown[1]), color="tab:green", alpha=0.12, label="accepted")
    axes.hist(intervals, bins=np.linspace(*shown, 61).tolist(), color="dimgray")
    axes.axvline(median, color="black", linestyle="--", linewidth=1.2, label=f"median {median:.0f} ms")
    axes.set(xlim=shown, xlabel="R-R interval, ms", ylabel="beats")
    axes.set_title(f"{rebinned.accepted_beats.sum()} of {len(intervals)} beats accepted", fontsize=10)
    axes.legend(fontsize=8)


def _draw_modules(axes: Axes, counts: np.ndarray, gate: int) -> AxesImage:
    """Draw modules as seen from the camera; as pinholes turn pictures round, low rows show what lies to the head."""
    n_modules, height, width = counts.shape
    n_across = min(n_modules, MODULES_IN_A_ROW)
    height, width = height + GAP, width + GAP
    side_by_side = np.full((-(-n_modules // n_across) * height, n_across * width), np.nan)
    for number, module in enumerate(counts):
        top, left = number // n_across * height + GAP, number % n_across * width
        side_by_side[top : top + height - GAP, left : left + width - GAP] = module
        axes.text(left + (width - GAP) / 2, top - 1, str(number + 1), ha="center", va="bottom", fontsize=8)
    axes.set_title(f"counts of gate {gate}, end-diastole, by pinhole, seen from the camera, head up", fontsize=10)
    axes.axis("off")
    return axes.imshow(side_by_side, cmap="gray_r", vmin=0, vmax=max(float(np.percentile(counts, 99.9)), 1.0))
