"""The regions of a label map, with their numbers, on a virtual animal."""

from __future__ import annotations

from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from custom.evaluation.figures import draw_scale_bar, draw_section
from custom.evaluation.sections import PLANES
from custom.reconstruction.regions import Region
from docs.virtual_gate import VirtualGate, gate_files, open_gate

COLOURS = ("white", "tab:orange", "tab:red", "lightcoral", "tab:brown", "lightblue", "gainsboro")
VIEW_MM = 280.0


def draw(gate: VirtualGate | None = None) -> Figure:
    """Draw three planes of the label map."""
    gate = gate or open_gate(gate_files("sub-001", "ed"))
    figure = Figure(figsize=(13, 4.4), dpi=100, layout="constrained")
    panels = figure.subplots(1, len(PLANES))
    colours = ListedColormap(COLOURS)
    for axes, plane in zip(panels, PLANES, strict=True):
        labels = gate.study.regions.numpy().astype(float)
        shown = draw_section(axes, gate.picture, labels, plane, colours, (-0.5, len(Region) - 0.5), view_mm=VIEW_MM)
        axes.set_title(plane.name, fontsize=10)
    draw_scale_bar(panels[0], view_mm=VIEW_MM)
    bar = figure.colorbar(shown, ax=panels, ticks=list(Region))
    bar.set_ticklabels([f"{int(region)} {region.words}" for region in Region])
    return figure
