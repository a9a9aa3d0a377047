"""The network drawn from its own modules: every convolution's output as it leaves it, and what is conveyed across."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from custom.networks.dynamic_convolution import DynamicConvolution
from custom.scanner.grid import ImageGrid
from docs.corrected import network_by_config

Output = tuple[Tensor, Tensor | None]
COLOURS = {"down": "tab:blue", "up": "tab:green", "output": "tab:gray"}
BOX_WIDTH, GAP, HEIGHT_PER_VOXEL = 0.5, 0.55, 0.02


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A convolution as a forward pass met it.

    Args:
        name: its module's name, such as down.0.dense.convolutions.1.
        kernel: taps along x, y, z.
        shape: of its output, (channels, x, y, z).
    """

    name: str
    kernel: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def block(self) -> str:
        """The block to which it belongs, such as down.0."""
        return ".".join(self.name.split(".")[:2])


def layers_of(network: nn.Module, image_shape: tuple[int, int, int]) -> tuple[list[Layer], dict[str, str]]:
    """Send an empty image through a network and note what each convolution gives.

    Returns:
        The convolutions in their order, and for each block on the way up the block (or "image") conveyed to it.
    """
    layers: list[Layer] = []
    made: dict[int, str] = {}
    conveyed: dict[str, str] = {}

    def note_layer(name: str, layer: DynamicConvolution, output: Output) -> None:
        layers.append(Layer(name=name, kernel=tuple(layer.weight.shape[2:]), shape=tuple(output[0].shape[1:])))

    def note_block(name: str, inputs: tuple[Tensor, ...], output: Output) -> None:
        made[id(output[0])] = name
        if name.startswith("up."):
            conveyed[name] = made.get(id(inputs[1]), "image")

    for name, module in network.named_modules():
        if isinstance(module, DynamicConvolution):
            module.register_forward_hook(lambda layer, _inputs, output, name=name: note_layer(name, layer, output))
        elif name.count(".") == 1:
            module.register_forward_hook(lambda _block, inputs, output, name=name: note_block(name, inputs, output))
    with torch.no_grad():
        network(torch.zeros(1, 1, *image_shape))
    return layers, conveyed


def draw() -> Figure:
    """Draw the paper's network on the camera's grid."""
    network, grid = network_by_config(), ImageGrid()
    layers, conveyed = layers_of(network, grid.shape)
    n_parameters = sum(parameter.numel() for parameter in network.parameters())
    figure = Figure(figsize=(12, 6), dpi=100, layout="constrained")
    axes = figure.subplots()
    image = Layer(name="image", kernel=(), shape=(1, *grid.shape))
    places = _draw_layers(axes, [image, *layers])
    for block, source in conveyed.items():
        _draw_conveyed(axes, places[source][-1], places[block][0])
    figure.suptitle(
        f"DC-Dy-U: {len(layers)} convolutions, {n_parameters / 1e6:.2f} million parameters. "
        "Boxes are outputs: channels above, taps below; in bold voxels along x, y, z. Dashed: conveyed.",
        fontsize=11,
    )
    axes.set_axis_off()
    axes.autoscale_view()
    return figure


def _draw_layers(axes: Axes, layers: list[Layer]) -> dict[str, list[tuple[float, float, float]]]:
    """Draw a box for each output, lower where there are fewer voxels; return centres and heights by block."""
    sizes = sorted({layer.shape[1] for layer in layers}, reverse=True)
    places: dict[str, list[tuple[float, float, float]]] = {}
    for number, layer in enumerate(layers):
        channels, *voxels = layer.shape
        height, x = 0.5 + HEIGHT_PER_VOXEL * voxels[0], number * (BOX_WIDTH + GAP)
        y = -2.6 * sizes.index(voxels[0])
        colour = COLOURS.get(layer.name.split(".")[0], "black")
        axes.add_patch(Rectangle((x, y - height / 2), BOX_WIDTH, height, facecolor=colour, alpha=0.6))
        axes.text(x + BOX_WIDTH / 2, y + height / 2 + 0.08, str(channels), ha="center", va="bottom", fontsize=8)
        taps = "×".join(map(str, layer.kernel)) or "image"
        axes.text(x + BOX_WIDTH / 2, y - height / 2 - 0.1, taps, ha="center", va="top", fontsize=7, rotation=90)
        if layer.block not in places:
            axes.text(
                x, y + height / 2 + 0.45, "×".join(map(str, voxels)), ha="left", va="bottom", fontsize=8, weight="bold"
            )
        places.setdefault(layer.block, []).append((x + BOX_WIDTH / 2, y, height))
    return places


def _draw_conveyed(axes: Axes, source: tuple[float, float, float], target: tuple[float, float, float]) -> None:
    """Draw an arrow across from one box to another of the same size."""
    style = {"arrowstyle": "->", "linestyle": "--", "color": "tab:red"}
    axes.annotate("", (target[0] - BOX_WIDTH / 2, target[1]), (source[0] + BOX_WIDTH / 2, source[1]), arrowprops=style)
