"""Axes of a volume: where indices count to, on the regions of a virtual animal."""

from __future__ import annotations

from matplotlib.figure import Figure

from custom.evaluation.sections import PLANES
from docs.drawing import draw_row
from docs.virtual_gate import VirtualGate, gate_files, open_gate

ARROW_MM = 55.0
VIEW_MM = 280.0
NAMES = "xyz"


def draw(gate: VirtualGate | None = None) -> Figure:
    """Draw three planes of the true activity with arrows along growing indices."""
    gate = gate or open_gate(gate_files("sub-001", "ed"))
    figure = Figure(figsize=(12, 4.6), dpi=100, layout="constrained")
    panels = figure.subplots(1, len(PLANES))
    for axes, plane in zip(panels, PLANES, strict=True):
        limits = (0, 2 * gate.brightest)
        draw_row([axes], {f"{plane.name}: {NAMES[plane.normal]} = {gate.picture.voxel[plane.normal]}": gate.truth},
                 gate.picture, limits, plane=plane, view_mm=VIEW_MM)  # fmt: skip
        style = {"arrowstyle": "-|>", "color": "tab:blue", "linewidth": 2}
        for axis, (across, up) in ((plane.across, (1, 0)), (plane.up, (0, 1))):
            end = (across * ARROW_MM, up * ARROW_MM)
            axes.annotate("", end, (0, 0), arrowprops=style)
            axes.text(1.15 * end[0], 1.15 * end[1], f"+{NAMES[axis]}", color="tab:blue", weight="bold", ha="center")
    return figure
