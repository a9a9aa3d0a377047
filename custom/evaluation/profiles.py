"""Picture of the activity along lines through wall, cavity and wall, by all methods."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.ndimage import find_objects, label

from custom.evaluation.figures import OUTLINE_COLOURS
from custom.evaluation.footnotes import write_footnote
from custom.evaluation.method_looks import looks_of
from custom.evaluation.method_slices import VIEW_MM
from custom.evaluation.sections import Picture
from custom.evaluation.study_images import StudyImages

LINES = {  # by the axis along which it runs: title, and where it runs from and to
    0: ("along the dashed line of the transverse section", "mm from the middle, right (R) to left (L)"),
    2: ("along the dashed line of the coronal section", "mm from the middle, head (H) to feet (F)"),
}
REGIONS = {1: "true wall", 2: "true left ventricular blood"}
SHADE = 0.2
FOOTNOTE = "Values of the voxels on the line, joined. Bands: the true regions, to the edges of their voxels."


def method_profiles(images: StudyImages, *, remark: str = "") -> Figure:
    """Draw the activity of all methods along the dashed lines of `method_slices`; bands show the true wall and blood.

    Args:
        images: of the study.
        remark: what must be known to read the picture, such as that it is simulated.
    """
    picture = images.picture()
    figure = Figure(figsize=(12, 9), dpi=100, layout="constrained")
    figure.suptitle(f"{images.study}: profiles through wall, cavity and wall", parse_math=False)
    write_footnote(figure, remark, FOOTNOTE)
    panels = figure.subplots(len(LINES), 1, sharey=True)
    highest = 0.0
    for axes, (axis, (title, where)) in zip(panels, LINES.items(), strict=True):
        _draw_regions(axes, picture, axis)
        highest = max(highest, _draw_profiles(axes, picture, axis))
        axes.set_title(title, fontsize=10)
        axes.set(xlabel=where, ylabel="thousand photons emitted per voxel", xlim=(VIEW_MM / 2, -VIEW_MM / 2))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}")
    panels[0].set_ylim(0, 1.05 * highest or 1)
    bands = [Patch(facecolor=OUTLINE_COLOURS[region], alpha=SHADE, label=name) for region, name in REGIONS.items()]
    figure.legend(handles=[*panels[0].get_lines(), *bands], loc="outside right upper", fontsize=9)
    return figure


def along(picture: Picture, volume: np.ndarray, axis: int) -> np.ndarray:
    """Return a volume's voxels on the line through the middle of the picture, along an axis."""
    line: list[int | slice] = list(picture.voxel)
    line[axis] = slice(None)
    return volume[tuple(line)]


def _draw_regions(axes: Axes, picture: Picture, axis: int) -> None:
    """Shade wall and blood where the line runs through them, to the edges of their voxels."""
    positions, half = picture.positions_mm(axis), picture.spacing_mm[axis] / 2
    regions = along(picture, np.asarray(picture.regions), axis)
    for region in REGIONS:
        for (run,) in find_objects(label(regions == region)[0]):
            first, last = positions[run][[0, -1]]
            axes.axvspan(first - half, last + half, color=OUTLINE_COLOURS[region], alpha=SHADE, linewidth=0)


def _draw_profiles(axes: Axes, picture: Picture, axis: int) -> float:
    """Draw all methods, and return the largest value shown."""
    positions = picture.positions_mm(axis)
    shown = np.abs(positions) <= VIEW_MM / 2
    profiles = {method: along(picture, volume, axis)[shown] for method, volume in picture.volumes.items()}
    for method, look in looks_of(list(profiles)).items():
        (line,) = axes.plot(positions[shown], profiles[method], label=method)
        line.set(color=look.colour, linestyle=look.line, linewidth=look.width)
    axes.grid(alpha=0.3)
    return float(max(profile.max() for profile in profiles.values()))
