"""Iterative Yang, step by step.

The reference correction of the same animal. The template is the segmented heart, each region filled with its mean in
the MLEM image. What camera and MLEM make of the template shows how much of each voxel's activity stays there; the image
is multiplied by that factor. The corrected image gives better means and so a better template; each round changes less.
Wall and cavity come apart, and the ratio of their means passes the value that the true activity has once it is averaged
into voxels, towards that of the tissues: a template has no voxels of half wall and half blood.

Simulated. Transverse sections, the patient's right on the left; outlines: myocardium orange, left-ventricular blood
cyan.
"""

import torch
from matplotlib.figure import Figure

from custom.reconstruction.iterative_yang import iterative_yang
from custom.reconstruction.mlem import mlem
from custom.reconstruction.regions import Region, template
from docs.drawing import draw_activities, draw_imbv, draw_row
from docs.virtual_gate import VirtualGate, gate_files, open_gate


def draw(gate: VirtualGate | None = None, *, n_mlem_iterations: int = 80, n_rounds: int = 4) -> Figure:
    """Draw the first round's images, the last one's, and IMBV after each."""
    gate = gate or open_gate(gate_files("sub-001", "ed"))
    study, projector, rounds = gate.study, gate.projector, []

    def record(_round: int, image: torch.Tensor, means: torch.Tensor) -> None:
        rounds.append((image, means))

    image = mlem(projector, study.counts, background=study.background, n_iterations=n_mlem_iterations)
    iterative_yang(
        projector, image, study.regions, n_iterations=n_rounds, n_mlem_iterations=n_mlem_iterations, callback=record
    )
    one_blood = torch.where(study.regions == Region.OTHER_BLOOD, Region.LEFT_VENTRICULAR_BLOOD, study.regions)
    first = template(rounds[0][1], one_blood)
    recovered = mlem(projector, projector.forward(first), n_iterations=n_mlem_iterations)
    factor = torch.where(image > 0, rounds[0][0] / image, 1)

    figure = Figure(figsize=(13, 6.8), dpi=100, layout="constrained")
    panels = figure.subplots(2, 4)
    activities = {"MLEM": image, "first template": first, "template, reconstructed": recovered}
    activities |= {"first round": rounds[0][0], f"round {n_rounds}": rounds[-1][0]}
    draw_activities(
        [*panels[0, :3], *panels[1, :3]], activities | {"true activity": torch.from_numpy(gate.truth)}, gate
    )
    factors = {"first template / its reconstruction": factor.numpy()}
    shown = draw_row(panels[:1, 3], factors, gate.picture, (0, 2), colours="RdBu_r")
    figure.colorbar(shown, ax=panels[0, 3], label="factor", extend="max", location="bottom", shrink=0.8)
    course = enumerate(gate.imbv(one) for one in (image, *(corrected for corrected, _ in rounds)))
    draw_imbv(panels[1, 3], course, gate, counted="round (0 is MLEM)")
    return figure
