"""Picture of how much of the true intramyocardial blood volume each image gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from custom.evaluation.agreement import GATES
from custom.evaluation.cohort import AnimalRecord

TRUTHS = {"true": "true IMBV of the tissues", "true_in_voxels": "true IMBV, averaged into voxels"}
IMAGES = {"mlem": ("MLEM, no correction", "none"), "iterative_yang": ("iterative Yang", "full")}
FOOTNOTE = "Simulated animals. Each line joins one gate before (open) and after correction (filled); dashed: the truth."


def imbv_recovery(animals: Sequence[AnimalRecord]) -> Figure:
    """Draw measured against true IMBV of every gate, before and after iterative Yang; one panel per kind of truth."""
    figure = Figure(figsize=(11, 5.8), dpi=100, layout="constrained")
    figure.suptitle(f"Intramyocardial blood volume of {len(animals)} simulated animals, true and measured")
    figure.supxlabel(FOOTNOTE, fontsize=9, color="dimgray")
    panels = figure.subplots(1, len(TRUTHS), sharey=True)
    for axes, (truth, label) in zip(panels, TRUTHS.items(), strict=True):
        _draw(axes, animals, truth)
        axes.set_xlabel(label)
        axes.margins(x=0.08)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        low, high = axes.get_xlim()
        axes.plot([low, high], [low, high], color="black", linestyle="--", linewidth=1, label="identity")
        axes.set_xlim(low, high)
    panels[0].set_ylabel("measured IMBV")
    panels[0].set_ylim(bottom=0)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center", fontsize=9)
    return figure


def _draw(axes: Axes, animals: Sequence[AnimalRecord], truth: str) -> None:
    for gate, (name, marker, colour) in GATES.items():
        rows = [animal.gates[gate].imbv for animal in animals]
        true = np.array([row[truth] for row in rows])
        measured = np.array([[row[image] for row in rows] for image in IMAGES])
        axes.plot(np.stack([true, true]), measured, color=colour, linewidth=0.6, alpha=0.6)
        for values, (image, fill) in zip(measured, IMAGES.values(), strict=True):
            axes.plot(
                true, values, linestyle="none", marker=marker, color=colour, fillstyle=fill, label=f"{name}, {image}"
            )
    axes.grid(alpha=0.3)
