"""Picture of one study by all methods: transverse and coronal sections side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from custom.evaluation.figures import draw_outlines, draw_scale_bar, draw_section
from custom.evaluation.footnotes import write_footnote
from custom.evaluation.sections import PLANES, Picture, Plane
from custom.evaluation.study_images import StudyImages, brightest_of_all

SHOWN_PLANES = PLANES[:2]
VIEW_MM = 160.0
N_COLUMNS = 6
LINE_COLOUR = "tab:blue"
FOOTNOTE = (
    "Sections through the deepest voxel of the left ventricular blood; one grey scale. Orange and cyan: outlines of "
    "the true wall and blood. Dashed: lines of the profiles. Radiological convention: the patient's right is on the "
    "left of the picture. IMBV: mean of the wall over mean of the left ventricular blood."
)


def method_slices(images: StudyImages, *, remark: str = "") -> Figure:
    """Draw the transverse and the coronal section of a study by every method, with IMBV under each.

    A dashed line runs from right to left in the transverse section, from head to feet in the coronal one.

    Args:
        images: of the study.
        remark: what must be known to read the picture, such as that it is simulated.
    """
    picture = images.picture()
    methods = list(picture.volumes)
    bands = [methods[start : start + N_COLUMNS] for start in range(0, len(methods), N_COLUMNS)]
    n_columns, n_rows = len(bands[0]), len(SHOWN_PLANES) * len(bands)
    figure = Figure(figsize=(2.4 * n_columns + 0.4, 2.5 * n_rows + 1.8), dpi=90, layout="compressed")
    figure.suptitle(f"{images.study}: all methods", parse_math=False)
    write_footnote(figure, remark, FOOTNOTE)
    panels = figure.subplots(n_rows, n_columns, squeeze=False)
    limits = (0.0, brightest_of_all(picture))
    for band, rows in zip(bands, panels.reshape(len(bands), len(SHOWN_PLANES), n_columns), strict=True):
        for method, column in zip(band, rows.T, strict=False):
            _draw_column(column, picture, method, limits)
            column[-1].set_xlabel(f"IMBV {images.imbv[method]:.3f}")
        for axes, plane in zip(rows[:, 0], SHOWN_PLANES, strict=True):
            axes.set_ylabel(plane.name)
            draw_scale_bar(axes, view_mm=VIEW_MM)
        for axes in rows[:, len(band) :].ravel():
            axes.set_axis_off()
    shown = panels[0, 0].collections[0]
    figure.colorbar(
        shown, ax=panels, label="thousand photons emitted per voxel", extend="max", orientation="horizontal",
        aspect=50, shrink=0.7, pad=0.01, format=lambda value, _: f"{value / 1000:g}",
    )  # fmt: skip
    return figure


def _draw_column(column: np.ndarray, picture: Picture, method: str, limits: tuple[float, float]) -> None:
    column[0].set_title(method, fontsize=11, parse_math=False)
    for axes, plane in zip(column, SHOWN_PLANES, strict=True):
        draw_section(axes, picture, picture.volumes[method], plane, "gray_r", limits, view_mm=VIEW_MM)
        draw_outlines(axes, picture, plane)
        _draw_line(axes, plane)


def _draw_line(axes: Axes, plane: Plane) -> None:
    """Draw the line of the profile: across the transverse section, up the coronal one."""
    draw = axes.axhline if plane is PLANES[0] else axes.axvline
    draw(0, color=LINE_COLOUR, linestyle="--", linewidth=1.0)
