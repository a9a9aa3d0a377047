"""Picture of a heartbeat: the true activity and the reconstruction of all its gates."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure, SubFigure

from custom.evaluation.figures import draw_scale_bar, draw_section
from custom.evaluation.gate_files import N_GATES, HeartBeat
from custom.evaluation.sections import PLANES, Picture, picture_of

VIEW_MM = 140.0
TRANSVERSE = PLANES[0]
FOOTNOTE = (
    "Simulated. One transverse section through the left ventricle in all gates, one grey scale. Radiological "
    "convention: the patient's right is on the left of the picture."
)


def gate_strip(beat: HeartBeat) -> Figure:
    """Draw one transverse section in all gates, above the truth, if known, below MLEM; then the volume, if known."""
    rows = {"true activity": beat.truth, "MLEM": beat.images}
    pictures = {name: _picture(beat, gates) for name, gates in rows.items() if gates is not None}
    has_curve = beat.volumes_ml is not None
    heights = [1.8 * len(pictures) + 0.4, *([2.0] if has_curve else [])]
    figure = Figure(figsize=(15, sum(heights) + 0.6), dpi=90, layout="constrained")
    figure.suptitle(f"{N_GATES} gates of one simulated heartbeat, rebinned from list mode")
    figure.supxlabel(FOOTNOTE, fontsize=9, color="dimgray")
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _draw_sections(parts[0], pictures)
    if beat.volumes_ml is not None:
        _draw_curve(parts[1], beat.volumes_ml)
    return figure


def _picture(beat: HeartBeat, gates: np.ndarray) -> Picture:
    """Turn all gates to the patient's axes, about the left ventricle as the first gate shows it."""
    regions = None if beat.regions is None else beat.regions[0]
    shown = picture_of({"first": beat.images[0]}, beat.affine, regions)
    turned = picture_of({str(gate): volume for gate, volume in enumerate(gates, start=1)}, beat.affine, regions)
    return Picture(volumes=turned.volumes, spacing_mm=turned.spacing_mm, centre=shown.centre, regions=turned.regions)


def _draw_sections(figure: SubFigure, pictures: dict[str, Picture]) -> None:
    panels = figure.subplots(len(pictures), N_GATES, squeeze=False)
    brightest = max(_brightest(picture) for picture in pictures.values()) or 1.0
    for row, (name, picture) in zip(panels, pictures.items(), strict=True):
        row[0].set_ylabel(name)
        for axes, volume in zip(row, picture.volumes.values(), strict=True):
            shown = draw_section(axes, picture, volume, TRANSVERSE, "gray_r", (0, brightest), view_mm=VIEW_MM)
        draw_scale_bar(row[0], view_mm=VIEW_MM)
    for axes, gate in zip(panels[0], range(1, N_GATES + 1), strict=True):
        axes.set_title(f"gate {gate}")
    figure.colorbar(
        shown, ax=panels, extend="max", aspect=30, pad=0.01,
        label="thousand photons\nemitted per voxel", format=lambda value, _: f"{value / 1000:g}",
    )  # fmt: skip


def _brightest(picture: Picture) -> float:
    """Return the largest value shown, but for one voxel in a thousand."""
    inside = [np.abs(picture.positions_mm(axis)) <= VIEW_MM / 2 for axis in (TRANSVERSE.up, TRANSVERSE.across)]
    sections = [picture.section(volume, TRANSVERSE)[np.ix_(*inside)] for volume in picture.volumes.values()]
    return float(np.percentile(sections, 99.9))


def _draw_curve(figure: SubFigure, volumes_ml: np.ndarray) -> None:
    axes = figure.subplots()
    axes.plot(range(1, N_GATES + 1), volumes_ml, marker="o", color="black")
    axes.set(xlabel="gate", ylabel="left ventricle (ml)", xticks=range(1, N_GATES + 1))
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
