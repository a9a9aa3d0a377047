"""MLEM, iteration by iteration.

The counts of a virtual animal at end-diastole, reconstructed by maximum-likelihood expectation maximisation. The first
updates find the heart, the next the cavities; from there on each sharpens edges less and raises noise more. The curve
is what partial volume correction starts from: the ratio of wall to blood (IMBV) falls with every iteration and stays
far above the truth, because blood spills into the wall.

Simulated. Transverse sections, the patient's right on the left; outlines: myocardium orange, left-ventricular blood
cyan.
"""

import torch
from matplotlib.figure import Figure

from custom.reconstruction.mlem import mlem
from docs.drawing import draw_activities, draw_imbv
from docs.virtual_gate import VirtualGate, gate_files, open_gate


def draw(gate: VirtualGate | None = None, *, shown: tuple[int, ...] = (1, 5, 20, 80)) -> Figure:
    """Draw the image after some iterations, and IMBV after each."""
    gate = gate or open_gate(gate_files("sub-001", "ed"))
    images, course = {}, []

    def record(iteration: int, image: torch.Tensor, _likelihood: torch.Tensor) -> None:
        course.append((iteration, gate.imbv(image)))
        if iteration in shown:
            images[f"MLEM, iteration {iteration}"] = image

    mlem(gate.projector, gate.study.counts, background=gate.study.background, n_iterations=shown[-1], callback=record)
    figure = Figure(figsize=(11, 6.6), dpi=100, layout="constrained")
    *panels, curve = figure.subplots(2, 3).ravel()
    draw_activities(panels, images | {"true activity": torch.from_numpy(gate.truth)}, gate)
    draw_imbv(curve, course, gate, counted="iteration")
    return figure
