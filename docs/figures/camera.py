"""The camera about the patient: its pinholes from the feet and from the patient's left, and what all images keep."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from custom.evaluation.sections import PLANES, Plane
from custom.scanner.camera import Camera, load_camera
from docs.virtual_gate import CAMERA

HALF_MM = 190.0


def draw() -> Figure:
    """Draw the camera's pinholes, their axes and the reconstructed region in two planes."""
    camera = load_camera(CAMERA)
    figure = Figure(figsize=(11, 5.4), dpi=100, layout="constrained")
    transverse, _, sagittal = PLANES
    for axes, plane, place in zip(
        figure.subplots(1, 2), (transverse, sagittal), ("the feet", "the patient's left"), strict=True
    ):
        _draw_plane(axes, camera, plane)
        if plane is transverse:
            _number(axes, camera)
        axes.set_title(f"{plane.name}, seen from {place}", fontsize=10)
    return figure


def _draw_plane(axes: Axes, camera: Camera, plane: Plane) -> None:
    middle = tuple(n // 2 for n in camera.grid.shape)
    kept = np.take(camera.reconstructed_voxels(), middle[plane.normal], axis=plane.normal).T
    centres = camera.grid.centres_mm()
    axes.contourf(centres[plane.across], centres[plane.up], kept, levels=[0.5, 1], colors=["gainsboro"])
    for pinhole in camera.pinholes:
        place, axis = np.array(pinhole.position_mm), np.array(pinhole.axis)
        ray = np.stack([place, place + 60 * axis])[:, [plane.across, plane.up]]
        axes.plot(*ray.T, color="tab:blue", linewidth=0.7)
        axes.plot(*ray[0], marker="o", color="tab:blue", markersize=4)
    axes.plot(0, 0, "k+", markersize=10)
    axes.set(xlim=(HALF_MM, -HALF_MM), ylim=(-HALF_MM, HALF_MM), aspect="equal")
    names = ("x", "y", "z")
    axes.set(
        xlabel=f"{names[plane.across]}, mm ({plane.left} left, {plane.right} right)",
        ylabel=f"{names[plane.up]}, mm ({plane.top} up, {plane.bottom} down)",
    )


def _number(axes: Axes, camera: Camera) -> None:
    """Number the pinholes as projections are: those of the middle row outside, those of the others where they look."""
    seen: dict[tuple[int, int], list[str]] = {}
    for number, pinhole in enumerate(camera.pinholes, start=1):
        x, y, z = pinhole.position_mm
        share = 1.1 if z == 0 else 0.48
        seen.setdefault((round(share * x), round(share * y)), []).append(str(number))
    for place, numbers in seen.items():
        axes.annotate(", ".join(numbers), place, ha="center", va="center", fontsize=8)
