"""What one pinhole sees of a point.

A cube of 4 mm that emits photons, at three places before the middle pinhole of the Discovery NM/CT 570c's assumed
geometry, in air. Each picture is a column of the system matrix: of a million emitted photons, how many each of the 32 ×
32 pixels detects. The nearer the cube, the wider and stronger its spot; towards the head it moves down, because a
pinhole turns pictures round. The width of these spots, brought back to the patient, is what partial volume correction
has to undo.
"""

from dataclasses import replace

import numpy as np
import torch
from matplotlib.figure import Figure

from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import assemble
from custom.scanner.camera import load_camera
from custom.scanner.grid import ImageGrid
from docs.virtual_gate import CAMERA

MIDDLE = 9  # of 19 pinholes
PLACES_MM = {
    "at the centre": (0, 0),
    "50 mm towards the head": (50, 0),
    "40 mm nearer": (0, 40),
}  # along up, towards it


def draw() -> Figure:
    """Draw the three point responses and their profiles."""
    camera = load_camera(CAMERA)
    pinhole, pixel_mm = camera.pinholes[MIDDLE], camera.detector.pixel_mm
    rows_mm = (np.arange(camera.detector.n_rows) - (camera.detector.n_rows - 1) / 2) * pixel_mm
    figure = Figure(figsize=(9, 8), dpi=100, layout="constrained")
    *panels, profile = figure.subplots(2, 2).ravel()
    for axes, (name, (up, nearer)) in zip(panels, PLACES_MM.items(), strict=True):
        centre = up * np.array(pinhole.up) - nearer * np.array(pinhole.axis)
        grid = ImageGrid(shape=(1, 1, 1), centre_mm=tuple(centre.tolist()))
        matrix = assemble(replace(camera, pinholes=(pinhole,)), grid, progress=False)
        spot = 1e6 * MatrixProjector(matrix).forward(torch.ones(1, 1, 1))[0].numpy()
        half = rows_mm[-1] + pixel_mm / 2
        shown = axes.imshow(spot, origin="lower", extent=(-half, half, -half, half), cmap="gray_r", vmin=0, vmax=14)
        axes.set_title(f"{name}\n{spot.sum():.0f} of a million detected", fontsize=10)
        axes.set(xlabel="columns, mm (towards right and front)", ylabel="rows, mm (towards the head)")
        figure.colorbar(shown, ax=axes, label="photons per million", shrink=0.9)
        profile.plot(rows_mm, spot.sum(axis=1), drawstyle="steps-mid", label=name)
    profile.set_title("sum of each row of pixels", fontsize=10)
    profile.set(xlabel="rows, mm (towards the head)", ylabel="photons per million", ylim=(0, 60))
    profile.legend(fontsize=8)
    return figure
