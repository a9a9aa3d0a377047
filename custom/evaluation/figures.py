"""Pictures of volumes as they are read in nuclear cardiology: three planes through the heart, and a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from custom.evaluation.sections import PLANES, Picture, Plane, picture_of

VIEW_MM = 200.0
HEART_MM = 120.0  # the grey scale follows the brightest of this box, not the gut or the rim of the field
SCALE_BAR_MM = 50.0
TITLE_LETTERS, NOTE_LETTERS = 10.0, 16.0  # to an inch, at the sizes below
LABEL_BOX = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.7}
LINE_COLOURS = ("tab:blue", "tab:red", "tab:green", "tab:purple")
OUTLINE_COLOURS = {1: "tab:orange", 2: "tab:cyan"}
OUTLINES = "Outlines of the given regions: myocardium orange, left ventricular blood cyan."


def three_planes(
    volumes: Mapping[str, np.ndarray],
    affine: np.ndarray,
    *,
    title: str,
    subtitle: str = "",
    footnote: str = "",
    unit: str = "activity",
    regions: np.ndarray | None = None,
) -> Figure:
    """Draw volumes of one study side by side, the difference of the last and the first, and a profile.

    Rows are the transverse, coronal and sagittal plane through the heart, in radiological convention; all volumes share
    one grey scale. The profile runs from right to left through the middle; the line is drawn in the transverse plane.

    Args:
        volumes: name and voxels (x, y, z) of at least two volumes, the one to compare with first.
        affine: from indices to world millimetres, RAS+, of all volumes.
        title: name of the study.
        subtitle: what was measured, under the title.
        footnote: what must be known to read the picture, such as that it is simulated.
        unit: of the voxels.
        regions: labels (x, y, z); myocardium and left ventricular blood are outlined.

    Returns:
        A figure of its own, to be saved.
    """
    picture = picture_of(volumes, affine, regions)
    n_columns = len(volumes) + 1
    width = 3.0 * n_columns + 0.5
    figure = Figure(figsize=(width, 13.0), dpi=110, layout="constrained")
    headline = _wrapped([title, *subtitle.splitlines()], TITLE_LETTERS * width)
    notes = _wrapped([*footnote.splitlines(), *([OUTLINES] if regions is not None else [])], NOTE_LETTERS * width)
    figure.suptitle(headline, fontsize=13, parse_math=False)
    figure.supxlabel(notes, fontsize=8, color="dimgray", parse_math=False)
    grid = figure.add_gridspec(5, n_columns, height_ratios=[1, 1, 1, 0.06, 0.75])
    panels = np.array([[figure.add_subplot(grid[row, column]) for column in range(n_columns)] for row in range(3)])
    shown = _draw_volumes(panels[:, :-1], picture)
    figure.colorbar(shown, cax=figure.add_subplot(grid[3, :-1]), label=unit, orientation="horizontal", extend="max")
    shown = _draw_difference(panels[:, -1], picture)
    figure.colorbar(
        shown,
        cax=figure.add_subplot(grid[3, -1]),
        label="difference",
        orientation="horizontal",
        extend="both",
        ticks=MaxNLocator(3, symmetric=True),
    )
    _draw_profile(figure.add_subplot(grid[4, :]), picture, unit)
    return figure


def _wrapped(lines: Sequence[str], letters: float) -> str:
    return "\n".join(part for line in lines for part in wrap(line, int(letters)))


def _draw_volumes(panels: np.ndarray, picture: Picture) -> QuadMesh:
    brightest = max(brightest_near_heart(picture, volume) for volume in picture.volumes.values()) or 1.0
    for column, (name, volume) in enumerate(picture.volumes.items()):
        panels[0, column].set_title(name)
        for row, plane in enumerate(PLANES):
            shown = draw_section(panels[row, column], picture, volume, plane, "gray_r", (0, brightest))
            draw_outlines(panels[row, column], picture, plane)
            if column == 0:
                panels[row, column].set_ylabel(plane.name)
                draw_scale_bar(panels[row, column])
        panels[0, column].axhline(0, color=LINE_COLOURS[column], linestyle="--", linewidth=1.2)
    return shown


def _draw_difference(panels: np.ndarray, picture: Picture) -> QuadMesh:
    names, volumes = list(picture.volumes), list(picture.volumes.values())
    difference = volumes[-1] - volumes[0]
    largest = brightest_near_heart(picture, np.abs(difference)) or 1.0
    panels[0].set_title(f"{names[-1]} − {names[0]}")
    for panel, plane in zip(panels, PLANES, strict=True):
        shown = draw_section(panel, picture, difference, plane, "RdBu_r", (-largest, largest))
    return shown


def draw_section(
    axes: Axes,
    picture: Picture,
    volume: np.ndarray,
    plane: Plane,
    colours: str | Colormap,
    limits: tuple[float, float],
    *,
    view_mm: float = VIEW_MM,
) -> QuadMesh:
    """Draw one section of a volume about the picture's middle, with the letters of its four sides.

    Args:
        axes: to draw in.
        picture: gives the grid and the place.
        volume: voxels (x, y, z) on that grid.
        plane: of the section.
        colours: Matplotlib's name of a colour map, or one.
        limits: values at its two ends.
        view_mm: width and height of what is shown.
    """
    across, up = picture.positions_mm(plane.across), picture.positions_mm(plane.up)
    shown = axes.pcolormesh(across, up, picture.section(volume, plane), cmap=colours, vmin=limits[0], vmax=limits[1])
    half = view_mm / 2
    axes.set(xlim=(half, -half), ylim=(-half, half), aspect="equal", xticks=[], yticks=[])
    sides = ((0.03, 0.5, plane.left), (0.97, 0.5, plane.right), (0.5, 0.96, plane.top), (0.5, 0.04, plane.bottom))
    for x, y, letter in sides:
        axes.text(x, y, letter, transform=axes.transAxes, ha="center", va="center", weight="bold", bbox=LABEL_BOX)
    return shown


def draw_outlines(axes: Axes, picture: Picture, plane: Plane, colours: Mapping[int, str] = OUTLINE_COLOURS) -> None:
    """Outline the picture's regions, if it has any; colours by label."""
    if picture.regions is not None:
        section = picture.section(picture.regions, plane)
        for label, colour in colours.items():
            if (section == label).any():
                across, up = picture.positions_mm(plane.across), picture.positions_mm(plane.up)
                axes.contour(across, up, section == label, levels=[0.5], colors=colour, linewidths=0.8)


def draw_scale_bar(axes: Axes, *, colour: str = "black", view_mm: float = VIEW_MM) -> None:
    """Draw a bar of 50 mm at the lower left of a section."""
    end, height = 0.45 * view_mm, -0.44 * view_mm
    axes.plot([end, end - SCALE_BAR_MM], [height, height], color=colour, linewidth=3, solid_capstyle="butt")
    label = f"{SCALE_BAR_MM:g} mm"
    axes.text(
        end - SCALE_BAR_MM / 2, height + 0.02 * view_mm, label, ha="center", va="bottom", fontsize=8, bbox=LABEL_BOX
    )


def _draw_profile(axes: Axes, picture: Picture, unit: str) -> None:
    _, y, z = picture.voxel
    positions = picture.positions_mm(0)
    profiles = {name: volume[:, y, z] for name, volume in picture.volumes.items()}
    for (name, profile), colour in zip(profiles.items(), LINE_COLOURS, strict=False):
        axes.plot(positions, profile, color=colour, label=name, drawstyle="steps-mid")
    highest = max(profile[np.abs(positions) <= HEART_MM / 2].max() for profile in profiles.values())
    axes.set(xlim=(VIEW_MM / 2, -VIEW_MM / 2), xlabel="mm from the middle, right (R) to left (L)", ylabel=unit)
    axes.set_ylim(0, 1.15 * highest if highest > 0 else 1)
    axes.set_title("profile along the dashed line of the transverse plane", fontsize=10)
    axes.legend()
    axes.grid(alpha=0.3)


def brightest_near_heart(picture: Picture, volume: np.ndarray) -> float:
    """Return the largest value in the planes about the heart, but for one voxel in a thousand."""
    inside = [np.abs(picture.positions_mm(axis)) <= HEART_MM / 2 for axis in range(3)]
    sections = [picture.section(volume, plane)[np.ix_(inside[plane.up], inside[plane.across])] for plane in PLANES]
    return float(np.percentile(np.concatenate([section.ravel() for section in sections]), 99.9))
