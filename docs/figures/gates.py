"""Gates: the left ventricle's volume through one beat of a virtual animal, and which eighth each gate sees."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from custom.simulation.drawing import draw_animal
from custom.simulation.gating import N_GATES, end_gates, gate_volumes_ml, volume_curve_ml
from custom.simulation.ranges import load_ranges

NAMES = {"ed": "end-diastole", "es": "end-systole"}


def draw() -> Figure:
    """Draw the volume curve, the gates' mean volumes and the two gates that are imaged."""
    animal = draw_animal(np.random.default_rng(0), load_ranges())
    phases = np.linspace(-0.5 / N_GATES, 1 - 0.5 / N_GATES, 400)
    figure = Figure(figsize=(9, 3.6), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.plot(phases, volume_curve_ml(phases, animal), color="black", label="volume")
    for gate, volume_ml in enumerate(gate_volumes_ml(animal)):
        middle, half = gate / N_GATES, 0.5 / N_GATES
        axes.plot([middle - half, middle + half], [volume_ml] * 2, color="tab:blue", linewidth=3)
        axes.axvline(middle - half, color="gainsboro", zorder=0)
        axes.text(middle, 2, f"gate {gate + 1}", ha="center", fontsize=8)
    for name, (gate, volume_ml) in end_gates(animal).items():
        axes.annotate(
            NAMES[name], (gate / N_GATES, volume_ml), (gate / N_GATES, volume_ml + 6), ha="center", weight="bold"
        )
    axes.axvline(0, color="tab:red", linestyle="--", label="R wave")
    axes.set(
        xlabel="phase of the cycle",
        ylabel="left ventricular volume, ml",
        ylim=(0, 1.25 * gate_volumes_ml(animal).max()),
    )
    axes.legend(loc="upper right", fontsize=8)
    return figure
