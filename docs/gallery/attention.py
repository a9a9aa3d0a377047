"""What the attention does on two animals.

A dynamic kernel is one kernel times factors that three small networks, the attention, make from the image itself. Here
two virtual animals go through the shipped network, and then the second again with the factors of the first: what
differs is all that the attention does for the second animal.

With the shipped weights it is little: the bars show by how much the kernels differ, the picture on the right what that
makes of the image. The factors stayed near ½, where they start. The weights come from a short training; what dynamic
kernels bring after a longer one is a question of the [comparison](../../bundle/docs/protocol.md).

Simulated. Transverse sections, the patient's right on the left.
"""

import torch
from matplotlib.figure import Figure

from custom.evaluation.sections import picture_of
from custom.networks.dynamic_convolution import KernelAttention
from custom.scanner.grid import ImageGrid
from docs.corrected import normalised, shipped_network
from docs.drawing import draw_row
from docs.virtual_gate import gate_files

Factors = dict[str, torch.Tensor]
ANIMALS = (gate_files("sub-001", "ed"), gate_files("sub-002", "ed"))


@torch.no_grad()
def correct(image: torch.Tensor, others: Factors | None = None) -> tuple[torch.Tensor, Factors]:
    """Correct an image, by the factors that others give or by its own, and return its own by layer."""
    network, factors = shipped_network(), {}

    def note(name: str, own: torch.Tensor) -> torch.Tensor:
        factors[name] = own
        return (others or factors)[name]

    for name, layer in network.named_modules():
        if isinstance(layer, KernelAttention):
            layer.register_forward_hook(lambda _layer, _pooled, own, name=name: note(name, own))
    return network(image)[0, 0], factors


def draw(files: tuple[str, str] = ANIMALS) -> Figure:
    """Draw the second animal, corrected by its own and by the first one's kernels, and how these differ by layer."""
    first, second = (normalised(f"{name}_mlem.nii.gz") for name in files)
    (_, theirs), (own, factors) = correct(first), correct(second)
    swapped, _ = correct(second, theirs)
    images = {"MLEM": second[0, 0].numpy(), "own kernels": own.numpy(), "the other's kernels": swapped.numpy()}
    picture = picture_of(images, ImageGrid().affine, None)
    figure = Figure(figsize=(12, 6.4), dpi=100, layout="constrained")
    *panels, bars = figure.subplot_mosaic("abcd;eeee", height_ratios=[1.5, 1]).values()
    shown = draw_row(panels[:3], images, picture, (0, 1))
    figure.colorbar(shown, ax=panels[:3], label="normalised activity", location="bottom", extend="max", aspect=50)
    shown = draw_row(panels[3:], {"difference": (own - swapped).numpy()}, picture, (-0.005, 0.005), colours="RdBu_r")
    figure.colorbar(shown, ax=panels[3], label="normalised activity", location="bottom", ticks=(-0.005, 0, 0.005))
    differences = [100 * float((own / theirs[name] - 1).abs().mean()) for name, own in factors.items()]
    bars.bar(range(1, len(differences) + 1), differences)
    bars.set(xlabel="dynamic layer, from input to output", ylabel="mean difference of kernels, %")
    return figure
