"""Picture of a CT on the grid of a SPECT volume, by which its registration and its μ-map are judged."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import nibabel
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from custom.evaluation.figures import LABEL_BOX
from custom.evaluation.sections import PLANES, Picture, Plane, heart_centre

WIDE_MM, GRID_MM, HEART_MM = 500.0, 300.0, 200.0  # what the panels show
STEP_MM = 1.0
SOFT_TISSUE_HU = (-160, 240)  # the window of the mediastinum
MU_PER_CM = (0.0, 0.25)
LEVELS = (0.3, 0.5, 0.7, 0.9)
SHOWN_LEVELS = ", ".join(f"{100 * level:g}" for level in LEVELS)
COLUMNS = (
    "CT as taken; box: grid,\ncircle: 19 cm field of view",
    "CT on the grid",
    "μ at 140.5 keV",
    f"SPECT over CT: {SHOWN_LEVELS} %\nof the heart's brightest",
)
CONVENTION = (
    "Radiological convention: the patient's right is on the left of the picture. Axes: mm from the point shown."
)


def attenuation_planes(
    hu_at: Callable[[np.ndarray], np.ndarray],
    on_grid: Mapping[str, np.ndarray],
    affine: np.ndarray,
    *,
    spect: np.ndarray | None = None,
    field_of_view_mm: float,
    title: str,
    subtitle: str = "",
    footnote: str = "",
) -> Figure:
    """Draw a CT as it was taken, with the grid and the field of view; on the grid; its μ; and under the activity.

    Rows are the transverse, coronal and sagittal plane, in radiological convention, through the heart where there is
    activity, else through the middle of the grid.

    Args:
        hu_at: CT number at points (..., 3) of the grid's world, HU.
        on_grid: volumes (x, y, z) under `hu` and `mu_per_cm`.
        affine: from the grid's indices to world millimetres, RAS+.
        spect: activity on the grid.
        field_of_view_mm: diameter of the ball about the middle of the grid that the camera sees well.
        title: name of the study.
        subtitle: what was measured, under the title.
        footnote: what must be known to read the picture, a line each.

    Returns:
        A figure of its own, to be saved.
    """
    volumes = dict(on_grid) if spect is None else {**on_grid, "spect": spect}
    picture, turned = _picture(volumes, affine)
    n_columns = len(volumes) + 1
    figure = Figure(figsize=(3.9 * n_columns, 12.4), dpi=110, layout="compressed")
    figure.suptitle(f"{title}\n{subtitle}" if subtitle else title, fontsize=13, parse_math=False)
    lines = [part for line in [*footnote.splitlines(), CONVENTION] for part in textwrap.wrap(line, 55 * n_columns)]
    figure.supxlabel("\n".join(lines), fontsize=8, color="dimgray", parse_math=False)
    panels = figure.subplots(3, n_columns, squeeze=False)
    for row, plane in zip(panels, PLANES, strict=True):
        _draw_ct(row[0], plane, _fine(hu_at, picture, plane, turned, WIDE_MM), WIDE_MM)
        _draw_grid(row[0], picture, plane, field_of_view_mm)
        _draw_volume(row[1], picture, plane, "hu", "gray", SOFT_TISSUE_HU)
        shown = _draw_volume(row[2], picture, plane, "mu_per_cm", "viridis", MU_PER_CM)
        if spect is not None:
            _draw_ct(row[3], plane, _fine(hu_at, picture, plane, turned, HEART_MM), HEART_MM)
            _draw_activity(row[3], picture, plane)
        row[0].set_ylabel(f"{plane.name}\nmm")
    for axes, name in zip(panels[0], COLUMNS, strict=False):
        axes.set_title(name, fontsize=11)
    figure.colorbar(shown, ax=panels[:, 2], location="bottom", label="μ, 1/cm", extend="max", pad=0.01, aspect=25)
    return figure


def _picture(volumes: Mapping[str, np.ndarray], affine: np.ndarray) -> tuple[Picture, np.ndarray]:
    """Turn volumes to the patient's axes closest to the array's; return them and the turned affine."""
    images = {
        name: nibabel.as_closest_canonical(nibabel.Nifti1Image(np.asarray(volume, dtype=np.float32), affine))
        for name, volume in volumes.items()
    }
    arrays = {name: np.asarray(image.dataobj) for name, image in images.items()}
    turned = next(iter(images.values())).affine
    shape = next(iter(arrays.values())).shape
    middle = (np.asarray(shape) - 1) / 2
    centre = heart_centre(arrays["spect"], turned) if "spect" in arrays else middle
    x, y, z = (int(index) for index in np.round(centre))
    spacing = np.linalg.norm(turned[:3, :3], axis=0)
    return Picture(volumes=arrays, spacing_mm=spacing, centre=(x, y, z), regions=None), turned


def _fine(
    hu_at: Callable[[np.ndarray], np.ndarray], picture: Picture, plane: Plane, turned: np.ndarray, width_mm: float
) -> np.ndarray:
    """Cut the CT itself (up, across), along the axes of the grid."""
    directions = turned[:3, :3] / picture.spacing_mm
    middle = (turned @ [*picture.centre, 1])[:3]
    along = _along(width_mm)[:, None]
    across, up = along * directions[:, plane.across], along * directions[:, plane.up]
    return hu_at(middle + across[None, :, :] + up[:, None, :])


def _along(width_mm: float) -> np.ndarray:
    return np.arange(-width_mm / 2, width_mm / 2 + STEP_MM, STEP_MM)


def _draw_ct(axes: Axes, plane: Plane, section: np.ndarray, width_mm: float) -> None:
    along = _along(width_mm)
    axes.pcolormesh(along, along, section, cmap="gray", vmin=SOFT_TISSUE_HU[0], vmax=SOFT_TISSUE_HU[1], rasterized=True)
    _frame(axes, plane, width_mm)


def _draw_volume(
    axes: Axes, picture: Picture, plane: Plane, name: str, colours: str, limits: tuple[float, float]
) -> QuadMesh:
    across, up = picture.positions_mm(plane.across), picture.positions_mm(plane.up)
    section = picture.section(picture.volumes[name], plane)
    _frame(axes, plane, GRID_MM)
    return axes.pcolormesh(across, up, section, cmap=colours, vmin=limits[0], vmax=limits[1])


def _draw_grid(axes: Axes, picture: Picture, plane: Plane, field_of_view_mm: float) -> None:
    """Draw the grid's box and where the plane cuts the ball about its middle."""
    shape = np.asarray(next(iter(picture.volumes.values())).shape)
    size = shape * picture.spacing_mm
    middle = ((shape - 1) / 2 - picture.centre) * picture.spacing_mm
    corner = middle - size / 2
    a, u = plane.across, plane.up
    axes.add_patch(Rectangle((corner[a], corner[u]), size[a], size[u], fill=False, edgecolor="tab:orange"))
    radius_squared = (field_of_view_mm / 2) ** 2 - middle[plane.normal] ** 2
    if radius_squared > 0:
        axes.add_patch(Circle((middle[a], middle[u]), np.sqrt(radius_squared), fill=False, edgecolor="tab:cyan"))


def _draw_activity(axes: Axes, picture: Picture, plane: Plane) -> None:
    """Outline activity at shares of the heart's brightest."""
    section = picture.section(picture.volumes["spect"], plane)
    across, up = picture.positions_mm(plane.across), picture.positions_mm(plane.up)
    near = np.ix_(np.abs(up) <= HEART_MM / 4, np.abs(across) <= HEART_MM / 4)
    brightest = np.percentile(section[near], 99)
    if brightest > 0:
        axes.contour(across, up, section / brightest, levels=LEVELS, cmap="autumn", linewidths=1.0)


def _frame(axes: Axes, plane: Plane, width_mm: float) -> None:
    half = width_mm / 2
    axes.set(xlim=(half, -half), ylim=(-half, half), aspect="equal", facecolor="black")
    axes.tick_params(labelsize=7)
    sides = ((0.03, 0.5, plane.left), (0.97, 0.5, plane.right), (0.5, 0.96, plane.top), (0.5, 0.04, plane.bottom))
    for x, y, letter in sides:
        axes.text(x, y, letter, transform=axes.transAxes, ha="center", va="center", weight="bold", bbox=LABEL_BOX)
