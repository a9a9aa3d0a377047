"""Pictures of virtual animals: CT, anatomy, true activity, and what the camera makes of it."""

from __future__ import annotations

from collections.abc import Sequence

import nibabel
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from custom.errors import BadInput
from custom.evaluation.agreement import GATES
from custom.evaluation.cohort import AnimalRecord, GateRecord
from custom.evaluation.figures import brightest_near_heart, draw_outlines, draw_scale_bar, draw_section
from custom.evaluation.sections import PLANES, Picture, picture_of

CT_LIMITS_HU = (-200.0, 500.0)
REGION_COLOURS = {  # of every label: name and colour
    0: ("outside", "white"),
    1: ("myocardium", "tab:orange"),
    2: ("left ventricular blood", "tab:red"),
    3: ("other blood", "tab:blue"),
    4: ("liver", "tab:green"),
    5: ("lung", "lightskyblue"),
    6: ("rest of the body", "lightgray"),
}
OUTLINED = {label: REGION_COLOURS[label][1] for label in range(1, 6)}
ACTIVITIES = {"true activity": "truth", "MLEM": "image", "iterative Yang": "label"}
COLUMNS = ("CT, 1 mm", "regions", *ACTIVITIES)
FOOTNOTE = (
    f"Simulated. CT with contrast from {CT_LIMITS_HU[0]:g} to {CT_LIMITS_HU[1]:g} HU, with the "
    "outlines of the regions in their colours; activity of one grey scale.\n"
    "Sections through the middle of the left ventricle; the patient's right is on the left of the picture. "
    "IMBV: mean of wall over mean of left ventricular blood."
)


def choose_animals(animals: Sequence[AnimalRecord], n_animals: int) -> list[AnimalRecord]:
    """Choose animals that differ: one of middling weight without a deficit, the one with the gravest, then by weight.

    Each further one is that whose weight is farthest from those already chosen.

    Args:
        animals: to choose from.
        n_animals: how many; all where there are fewer.
    """
    middling = float(np.median([animal.weight_kg for animal in animals]))
    healthy = [animal for animal in animals if not animal.has_deficit]
    deficient = [animal for animal in animals if animal.has_deficit]
    chosen = sorted(healthy, key=lambda animal: abs(animal.weight_kg - middling))[:1]
    chosen += sorted(deficient, key=lambda animal: -animal.deficit_severity)[:1]
    while len(chosen) < min(n_animals, len(animals)):
        others = [animal for animal in animals if animal not in chosen]
        chosen.append(max(others, key=lambda one: min(abs(one.weight_kg - other.weight_kg) for other in chosen)))
    return chosen[:n_animals]


def animal_picture(animal: AnimalRecord) -> Figure:
    """Draw both gates of an animal in three planes through its left ventricle.

    Raises:
        BadInput: volumes that cannot be read, or do not lie in one box.
    """
    figure = Figure(figsize=(11.5, 15.2), dpi=100, layout="constrained")
    deficit = f"deficit of {animal.deficit_severity:.0%} in the wall" if animal.has_deficit else "no deficit"
    figure.suptitle(
        f"{animal.name}, simulated: {animal.weight_kg:.1f} kg, {animal.heart_rate_per_minute:.0f} beats per minute, "
        f"ejection fraction {animal.ejection_fraction:.0%}, {deficit}",
        fontsize=13,
    )
    figure.supxlabel(FOOTNOTE, fontsize=9, color="dimgray")
    panels = figure.subplots(6, len(COLUMNS))
    pictures = {name: (_activities(gate), _ct(gate)) for name, gate in animal.gates.items()}
    brightest = max(
        brightest_near_heart(picture, volume) for picture, _ in pictures.values() for volume in picture.volumes.values()
    )
    for number, (name, (picture, ct)) in enumerate(pictures.items()):
        rows = panels[3 * number : 3 * number + 3]
        _draw_gate(rows, GATES[name][0], picture, ct, brightest)
        _tell_imbv(rows[-1], animal.gates[name])
    for axes, title in zip(panels[0], COLUMNS, strict=True):
        axes.set_title(title)
    _add_keys(figure, panels)
    return figure


def _activities(gate: GateRecord) -> Picture:
    loaded = {name: gate.load(kind) for name, kind in ACTIVITIES.items()}
    _, affine = loaded["MLEM"]
    return picture_of({name: volume for name, (volume, _) in loaded.items()}, affine, gate.load("regions")[0])


def _ct(gate: GateRecord) -> np.ndarray:
    """Return the CT along R, A and H, once it is known to fill the box of the other volumes."""
    (ct, affine), (image, coarse) = gate.load("full_ct"), gate.load("image")
    factor = ct.shape[0] // image.shape[0]
    finer = coarse.copy()
    finer[:, :3] /= max(factor, 1)
    finer[:3, 3] += (finer - coarse)[:3, :3].sum(axis=1) / 2
    if ct.shape != tuple(factor * n for n in image.shape) or not np.allclose(affine, finer, atol=1e-3):
        raise BadInput(
            f"{gate.files['full_ct']} must fill the box of the other volumes with finer voxels, got {ct.shape} for "
            f"{image.shape}; is it another animal's?"
        )
    return np.asarray(nibabel.as_closest_canonical(nibabel.Nifti1Image(ct, affine)).dataobj)


def _draw_gate(panels: np.ndarray, title: str, picture: Picture, ct: np.ndarray, brightest: float) -> None:
    fine = picture.finer("CT", ct)
    labels = ListedColormap([colour for _, colour in REGION_COLOURS.values()])
    for row, plane in zip(panels, PLANES, strict=True):
        draw_section(row[0], fine, ct, plane, "gray", CT_LIMITS_HU)
        draw_outlines(row[0], picture, plane, OUTLINED)
        draw_scale_bar(row[0], colour="white")
        draw_section(row[1], picture, np.asarray(picture.regions), plane, labels, (-0.5, len(REGION_COLOURS) - 0.5))
        for axes, volume in zip(row[2:], picture.volumes.values(), strict=True):
            draw_section(axes, picture, volume, plane, "gray_r", (0, brightest))
        row[0].set_ylabel(f"{title}\n{plane.name}")


def _tell_imbv(panels: Sequence[Axes], gate: GateRecord) -> None:
    imbv = {name: f"{value:.3f}" for name, value in gate.imbv.items()}
    panels[0].set_xlabel(f"{gate.volume_ml:.0f} ml, wall {gate.wall_mm:.1f} mm")
    panels[2].set_xlabel(f"IMBV {imbv['true']} (tissues)\n{imbv['true_in_voxels']} (in voxels)")
    panels[3].set_xlabel(f"IMBV {imbv['mlem']}")
    panels[4].set_xlabel(f"IMBV {imbv['iterative_yang']}")


def _add_keys(figure: Figure, panels: np.ndarray) -> None:
    """Add the legend of the regions and the scale of the activity."""
    patches = [Patch(facecolor=colour, edgecolor="dimgray", label=name) for name, colour in REGION_COLOURS.values()]
    below = {
        "loc": "upper left",
        "bbox_to_anchor": (-0.1, -0.17),
        "ncols": 3,
        "fontsize": 9,
        "frameon": False,
        "columnspacing": 0.8,
        "handlelength": 1.2,
    }
    panels[-1, 0].legend(handles=patches, **below).set_in_layout(False)  # beside the colour bar
    shown = panels[0, -1].collections[0]
    figure.colorbar(
        shown, ax=panels[:, 2:], orientation="horizontal", location="bottom", aspect=60, pad=0.01, extend="max",
        label="thousand photons emitted per voxel", format=lambda value, _: f"{value / 1000:g}",
    )  # fmt: skip
