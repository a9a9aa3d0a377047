"""Picture of iterative Yang by the CT of the right and of the wrong gate."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from custom.evaluation.agreement import GATES
from custom.evaluation.cohort import AnimalRecord, Cohort
from custom.evaluation.figures import brightest_near_heart, draw_outlines, draw_scale_bar, draw_section
from custom.evaluation.sections import PLANES, Picture, picture_of

VIEW_MM = 140.0
TRANSVERSE = PLANES[0]
COLUMNS = (
    "true activity",
    "MLEM",
    "iterative Yang,\nCT of this gate",
    "iterative Yang,\nCT of the other gate",
    "iterative Yang − truth,\nCT of this gate",
    "iterative Yang − truth,\nCT of the other gate",
)
FOOTNOTE = (
    "Simulated. Transverse section through the middle of the left ventricle; outlines: its true wall (orange) and "
    "blood (cyan) in the gate shown. Both gates are of one grey scale, and of one scale of differences.\n"
    "Radiological convention: the patient's right is on the left of the picture. IMBV is measured in the true regions."
)


def wrong_gate_of_test_animal(cohort: Cohort, wrong: Cohort) -> Figure:
    """Draw the first test animal, or the first of all where none is for testing, see `wrong_gate_picture`.

    Args:
        cohort: corrected by the CT of the same gate.
        wrong: the same animals, corrected by the CT of the other gate.
    """
    pairs = list(zip(cohort.animals, wrong.animals, strict=True))
    return wrong_gate_picture(*next((pair for pair in pairs if pair[0].split == "test"), pairs[0]))


def wrong_gate_picture(animal: AnimalRecord, wrong: AnimalRecord) -> Figure:
    """Draw both gates of an animal: truth, MLEM, iterative Yang by either CT, and their differences from the truth.

    Args:
        animal: corrected by the CT of the same gate.
        wrong: the same animal, corrected by the CT of the other gate.
    """
    pictures = {gate: _picture(animal, wrong, gate) for gate in animal.gates}
    brightest = max(_largest(picture, _without_wrong(picture)) for picture in pictures.values()) or 1.0
    differences = {gate: _differences(picture) for gate, picture in pictures.items()}
    largest = max(_largest(pictures[gate], differences[gate]) for gate in pictures) or 1.0
    figure = Figure(figsize=(14, 6.6), dpi=95, layout="constrained")
    figure.suptitle(f"{animal.name}, simulated: correction by the CT of the wrong gate")
    figure.supxlabel(FOOTNOTE, fontsize=9, color="dimgray")
    panels = figure.subplots(len(pictures), len(COLUMNS))
    for row, (gate, picture) in zip(panels, pictures.items(), strict=True):
        row[0].set_ylabel(GATES[gate][0])
        for axes, volume in zip(row, picture.volumes.values(), strict=False):
            activity = draw_section(axes, picture, volume, TRANSVERSE, "gray_r", (0, brightest), view_mm=VIEW_MM)
        for axes, volume in zip(row[4:], differences[gate].values(), strict=True):
            error = draw_section(axes, picture, volume, TRANSVERSE, "RdBu_r", (-largest, largest), view_mm=VIEW_MM)
        for axes in row:
            draw_outlines(axes, picture, TRANSVERSE)
        draw_scale_bar(row[0], view_mm=VIEW_MM)
        for axes, text in zip(row, _imbv(animal, wrong, gate), strict=False):
            axes.set_xlabel(text)
    for axes, title in zip(panels[0], COLUMNS, strict=True):
        axes.set_title(title, fontsize=10)
    _add_bar(figure, activity, panels[:, :4], "thousand photons emitted per voxel", "max")
    _add_bar(figure, error, panels[:, 4:], "difference, thousand photons", "both")
    return figure


def _add_bar(figure: Figure, shown: QuadMesh, panels: np.ndarray, label: str, extend: str) -> None:
    figure.colorbar(
        shown, ax=panels, label=label, extend=extend, orientation="horizontal", aspect=50, pad=0.02,
        format=lambda value, _: f"{value / 1000:g}",
    )  # fmt: skip


def _picture(animal: AnimalRecord, wrong: AnimalRecord, gate: str) -> Picture:
    right = animal.gates[gate]
    (truth, affine), (image, _), (label, _) = (right.load(kind) for kind in ("truth", "image", "label"))
    other, _ = wrong.gates[gate].load("label")
    return picture_of(dict(zip(COLUMNS, (truth, image, label, other), strict=False)), affine, right.load("regions")[0])


def _differences(picture: Picture) -> dict[str, np.ndarray]:
    truth, _, right, wrong = picture.volumes.values()
    return {COLUMNS[4]: right - truth, COLUMNS[5]: wrong - truth}


def _without_wrong(picture: Picture) -> dict[str, np.ndarray]:
    """Leave out what the wrong CT makes too bright, so that the grey scale suits the other images."""
    return {name: volume for name, volume in picture.volumes.items() if name != COLUMNS[3]}


def _largest(picture: Picture, volumes: dict[str, np.ndarray]) -> float:
    return max(brightest_near_heart(picture, np.abs(volume)) for volume in volumes.values())


def _imbv(animal: AnimalRecord, wrong: AnimalRecord, gate: str) -> list[str]:
    imbv, other = animal.gates[gate].imbv, wrong.gates[gate].imbv
    return [
        f"IMBV {imbv['true']:.3f} (tissues)\n{imbv['true_in_voxels']:.3f} (in voxels)",
        f"IMBV {imbv['mlem']:.3f}",
        f"IMBV {imbv['iterative_yang']:.3f}",
        f"IMBV {other['iterative_yang']:.3f}",
    ]
