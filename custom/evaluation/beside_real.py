"""Picture of a real study beside a virtual one."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from matplotlib.figure import Figure

from custom.errors import BadInput
from custom.evaluation.cohort import AnimalRecord
from custom.evaluation.figures import LABEL_BOX, draw_scale_bar, draw_section
from custom.evaluation.sections import PLANES, Picture, picture_of

WALL_RADIUS_MM = 45.0
HIGHEST = 1.6
FOOTNOTE = (
    f"Each study is divided by its heart's wall: the mean of the voxels within {WALL_RADIUS_MM:g} mm of the middle of\n"
    "the heart that are above half of their 99th percentile. Both are shown as reconstructed, without further filter.\n"
    "Radiological convention: the patient's right is on the left of the picture."
)


class Volume(Protocol):
    """Voxels (x, y, z) and the affine from their indices to world millimetres, RAS+."""

    @property
    def voxels(self) -> np.ndarray:
        """Activity in any unit."""

    @property
    def affine(self) -> np.ndarray:
        """Matrix (4, 4)."""


def real_and_virtual(real: Volume, animal: AnimalRecord, *, credit: str) -> Figure:
    """Draw a real and a virtual perfusion study in three planes, on one grey scale.

    Args:
        real: the real study.
        animal: whose end-diastolic MLEM image is shown.
        credit: to whom the real study is owed.

    Raises:
        BadInput: a study without activity where the heart should be.
    """
    gate = animal.gates["ed"]
    (virtual, affine), (regions, _) = gate.load("image"), gate.load("regions")
    columns = {
        "REAL": picture_of({"real": real.voxels}, real.affine, None),
        "SIMULATED": picture_of({"virtual": virtual}, affine, regions),
    }
    name = f"virtual dog {animal.name}, {animal.weight_kg:.0f} kg, MLEM of the end-diastolic gate, one of eight"
    figure = Figure(figsize=(7.6, 12.4), dpi=95, layout="constrained")
    figure.suptitle("Myocardial perfusion: a real study and a simulated one")
    figure.supxlabel(f"Real: {credit}\nSimulated: {name}\n{FOOTNOTE}", fontsize=8, color="dimgray", parse_math=False)
    panels = figure.subplots(len(PLANES), len(columns))
    for column, (label, picture) in zip(panels.T, columns.items(), strict=True):
        (volume,) = picture.volumes.values()
        relative = volume / wall_activity(picture)
        for axes, plane in zip(column, PLANES, strict=True):
            shown = draw_section(axes, picture, relative, plane, "gray_r", (0, HIGHEST))
            axes.text(0.97, 0.95, label, transform=axes.transAxes, ha="right", va="top", weight="bold", bbox=LABEL_BOX)
            draw_scale_bar(axes)
    for axes, plane in zip(panels[:, 0], PLANES, strict=True):
        axes.set_ylabel(plane.name)
    figure.colorbar(
        shown,
        ax=panels,
        orientation="horizontal",
        extend="max",
        aspect=50,
        pad=0.01,
        label="activity, heart's wall = 1",
    )
    return figure


def wall_activity(picture: Picture) -> float:
    """Return the mean activity of the brightest part about the middle of a picture, which is the heart's wall.

        mean of { a : |x| < 45 mm, a > P₉₉ / 2 },   P₉₉ = 99th percentile of a within 45 mm

    It needs no outline, and single bright voxels hardly change it.

    Raises:
        BadInput: no activity there.
    """
    (volume,) = picture.volumes.values()
    x, y, z = (picture.positions_mm(axis) for axis in range(3))
    near = volume[np.sqrt(x[:, None, None] ** 2 + y[:, None] ** 2 + z**2) < WALL_RADIUS_MM]
    wall = near[near > np.percentile(near, 99) / 2]
    if wall.size == 0 or not wall.mean() > 0:
        raise BadInput("a study shown beside another needs activity in its middle, got none; is it a reconstruction?")
    return float(wall.mean())
