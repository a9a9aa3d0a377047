"""Pictures of what a cohort's animals are like, beside what was published of dogs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from custom.evaluation import published
from custom.evaluation.agreement import GATES
from custom.evaluation.cohort import AnimalRecord, GateRecord

METHODS = {"true": "tissues", "true_in_voxels": "in voxels", "mlem": "MLEM", "iterative_yang": "iterative\nYang"}
JITTER = 0.18
GOLDEN = 0.6180339887  # its multiples, modulo 1, spread evenly however many there are
BAND = {"alpha": 0.15, "linewidth": 0, "zorder": 0}
FOOTNOTE = (
    "Dots: simulated animals; dark lines: their mean. Shaded bands and dashed lines: published or expected values. "
    f"IMBV 0.15 ± 0.03 at end-diastole and 0.11 ± 0.03 at end-systole: {published.IMBV_SOURCE}.\n"
    f"Inner diameter 15.3·kg^0.294 mm and wall 4.2·kg^0.232 mm at end-diastole: {published.CORNELL_SOURCE}. "
    "Ejection fraction 55 to 65 %, volumes 50 to 70 and 20 to 30 ml at 20 to 30 kg: expected of a healthy dog."
)


def distributions(animals: Sequence[AnimalRecord]) -> Figure:
    """Draw sizes against body weight, and rate, ejection fraction, counts and IMBV of every animal, gate by gate."""
    figure = Figure(figsize=(15, 8.2), dpi=95, layout="constrained")
    figure.suptitle(f"{len(animals)} simulated animals, two gates each")
    figure.supxlabel(FOOTNOTE, fontsize=8, color="dimgray", parse_math=False)
    volume, diameter, wall, fraction, rate, counts, diastole, systole = figure.subplots(2, 4).ravel()
    _against_weight(volume, animals, "left ventricular volume (ml)", lambda gate: gate.volume_ml)
    _against_weight(diameter, animals, "inner diameter (mm)", lambda gate: gate.inner_diameter_mm)
    _against_weight(wall, animals, "wall thickness (mm)", lambda gate: gate.wall_mm)
    for gate, (low, high) in published.VOLUME_ML.items():
        volume.fill_between(published.VOLUME_WEIGHT_KG, low, high, color=GATES[gate][2], **BAND)
    for axes, expected in ((diameter, published.inner_diameter_mm), (wall, published.wall_mm)):
        weights = np.linspace(axes.get_xlim()[0], axes.get_xlim()[1], 50)
        axes.plot(weights, expected(weights), color=GATES["ed"][2], linestyle="--", label="Cornell 2004, end-diastole")
        axes.legend(fontsize=8)
    volume.legend(fontsize=8)
    for axes in (volume, diameter, wall):
        axes.set_ylim(bottom=0)
    _dots(fraction, [[animal.ejection_fraction for animal in animals]], [""], "black")
    fraction.axhspan(*published.EJECTION_FRACTION, color="gray", **BAND)
    fraction.set_ylabel("ejection fraction")
    fraction.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    _dots(rate, [[animal.heart_rate_per_minute for animal in animals]], [""], "black")
    rate.set_ylabel("heart rate (beats per minute)")
    _draw_counts(counts, animals)
    for axes, gate in ((diastole, "ed"), (systole, "es")):
        _draw_imbv(axes, animals, gate)
    highest = max(axes.get_ylim()[1] for axes in (diastole, systole))
    for axes in (diastole, systole):
        axes.set_ylim(0, highest)
    return figure


def _against_weight(
    axes: Axes, animals: Sequence[AnimalRecord], label: str, measure: Callable[[GateRecord], float]
) -> None:
    weights = [animal.weight_kg for animal in animals]
    for gate, (name, marker, colour) in GATES.items():
        values = [measure(animal.gates[gate]) for animal in animals]
        axes.scatter(weights, values, marker=marker, color=colour, label=name, s=22, alpha=0.8)
    axes.set(xlabel="body weight (kg)", ylabel=label)


def _dots(axes: Axes, columns: Sequence[Sequence[float]], names: Sequence[str], colour: str, marker: str = "o") -> None:
    """Draw a column of dots for each name with a line at their mean, spread sideways so that none hides another."""
    for place, values in enumerate(columns):
        sideways = JITTER * (2 * (np.arange(len(values)) * GOLDEN % 1) - 1)
        axes.scatter(place + sideways, values, color=colour, marker=marker, s=22, alpha=0.7)
        axes.plot([place - 0.3, place + 0.3], [np.mean(values)] * 2, color="black", linewidth=1.5)
    axes.set_xticks(range(len(columns)), names)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(columns) - 0.4)


def _draw_counts(axes: Axes, animals: Sequence[AnimalRecord]) -> None:
    millions = [[animal.gates[gate].counts["measured"] / 1e6 for animal in animals] for gate in GATES]
    _dots(axes, millions, [name for name, _, _ in GATES.values()], "black")
    axes.set_ylabel("counts per gate (millions)")
    axes.set_ylim(bottom=0)


def _draw_imbv(axes: Axes, animals: Sequence[AnimalRecord], gate: str) -> None:
    name, marker, colour = GATES[gate]
    columns = [[animal.gates[gate].imbv[method] for animal in animals] for method in METHODS]
    _dots(axes, columns, list(METHODS.values()), colour, marker)
    mean, sd = published.IMBV[gate]
    axes.axhspan(mean - sd, mean + sd, color=colour, **BAND)
    axes.axhline(mean, color=colour, linestyle="--", linewidth=1)
    axes.set_title(f"{name} (n = {len(animals)})", fontsize=10)
    axes.set_ylabel("IMBV")
