"""Rows of sections, drawn as the program's own pictures are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from custom.evaluation.figures import draw_outlines, draw_scale_bar, draw_section
from custom.evaluation.sections import PLANES, Picture, Plane
from docs.virtual_gate import VirtualGate

VIEW_MM = 150.0
TRANSVERSE = PLANES[0]
ACTIVITY = "thousand photons emitted per voxel"


def draw_row(
    panels: Sequence[Axes],
    images: Mapping[str, np.ndarray],
    picture: Picture,
    limits: tuple[float, float],
    *,
    plane: Plane = TRANSVERSE,
    colours: str = "gray_r",
    view_mm: float = VIEW_MM,
) -> QuadMesh:
    """Draw one section of several volumes side by side, with sides, scale bar and outlines of the heart.

    Args:
        panels: one for each volume.
        images: volumes (x, y, z) by their titles, on the picture's grid.
        picture: gives the grid, the place and the regions.
        limits: values at the two ends of the colours.
        plane: of the section.
        colours: Matplotlib's name of a colour map.
        view_mm: width and height of what is shown.

    Returns:
        What a colour bar is made of.
    """
    for axes, (title, volume) in zip(panels, images.items(), strict=True):
        shown = draw_section(axes, picture, volume, plane, colours, limits, view_mm=view_mm)
        draw_outlines(axes, picture, plane)
        axes.set_title(title, fontsize=10)
    draw_scale_bar(panels[0], view_mm=view_mm)
    return shown


def draw_activities(panels: Sequence[Axes], images: Mapping[str, torch.Tensor], gate: VirtualGate) -> None:
    """Draw transverse sections of activities of a gate on one grey scale, and the scale below them."""
    in_thousands = {title: image.numpy() / 1e3 for title, image in images.items()}
    shown = draw_row(panels, in_thousands, gate.picture, (0, gate.brightest / 1e3))
    panels[0].figure.colorbar(shown, ax=panels, label=ACTIVITY, extend="max", location="bottom", aspect=50, shrink=0.6)


def draw_imbv(axes: Axes, course: Iterable[tuple[int, float]], gate: VirtualGate, *, counted: str) -> None:
    """Draw how IMBV goes from iteration to iteration, beside the two truths."""
    iterations, values = zip(*course, strict=True)
    axes.plot(iterations, values, marker="." if len(values) < 20 else "", label="image")
    axes.axhline(gate.imbv(torch.from_numpy(gate.truth)), color="black", linestyle="--", label="truth in voxels")
    axes.axhline(gate.tissue_imbv, color="black", linestyle=":", label="truth of the tissues")
    axes.set_title("wall over blood (IMBV)", fontsize=10)
    axes.set(xlabel=counted, ylim=(0, None))
    axes.legend(fontsize=8)
