"""Convolutions of which each sees the outputs of all before it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from custom.networks.dynamic_convolution import DynamicConvolution

Layer = Callable[..., DynamicConvolution]


class DenseBlock(nn.Module):
    """Chain of padded 3×3×5 convolutions, each on the concatenation of the block's input and all outputs before.

        x_i = ReLU(conv_i([x_0, x_1, …, x_{i−1}])),    the block returns x_n

    Args:
        in_channels: channels of x_0.
        n_filters: channels of x_1 to x_n.
        n_convolutions: n, at least 1.
        layer: makes a convolution; where its switches are set.

    Raises:
        ValueError: no convolution.

    Source: Huang et al. 2017, doi:10.1109/CVPR.2017.243; figure 2 of the paper.
    """

    def __init__(
        self, in_channels: int, n_filters: int, n_convolutions: int, *, layer: Layer = DynamicConvolution
    ) -> None:
        super().__init__()
        if n_convolutions < 1:
            raise ValueError(f"a dense block needs at least 1 convolution, got {n_convolutions}")
        self.convolutions = nn.ModuleList(
            layer(in_channels + i * n_filters, n_filters, (3, 3, 5), padding=(1, 1, 2)) for i in range(n_convolutions)
        )

    def forward(self, features: Tensor, previous: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Return x_n and, densely connected, the last attention input; see `DynamicConvolution.forward`."""
        # With channels last in memory, oneDNN convolves without reordering; convolutions and concatenations keep it.
        seen: list[Tensor] = [features.contiguous(memory_format=torch.channels_last_3d)]
        for convolution in self.convolutions:
            output, previous = convolution(torch.cat(seen, dim=1), previous)
            seen.append(torch.relu_(output))
        return seen[-1], previous
