"""Convolutions of which each sees the outputs of all before it."""

from typing import List, Optional, Tuple

import torch
from torch import Tensor, nn

from custom.networks.dynamic_convolution import DynamicConvolution


class DenseBlock(nn.Module):
    """Chain of padded 3×3×5 convolutions, each on the concatenation of the block's input and all outputs before.

        x_i = ReLU(conv_i([x_0, x_1, …, x_{i−1}])),    the block returns x_n

    Args:
        in_channels: channels of x_0.
        n_filters: channels of every x_i that follows.
        n_convolutions: n, at least 1.
        dynamic: see `DynamicConvolution`.
        dense_connection: see `DynamicConvolution`.
        gain: see `KernelAttention`.
    Source: Huang et al. 2017, doi:10.1109/CVPR.2017.243, as in figure 2 of the paper.
    """

    def __init__(
        self,
        in_channels: int,
        n_filters: int,
        *,
        n_convolutions: int = 3,
        dynamic: bool = True,
        dense_connection: bool = False,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        if n_convolutions < 1:
            raise ValueError(f"a dense block needs at least 1 convolution, got {n_convolutions}")
        self.convolutions = nn.ModuleList(
            DynamicConvolution(
                in_channels + i * n_filters,
                n_filters,
                (3, 3, 5),
                padding=(1, 1, 2),
                dynamic=dynamic,
                dense_connection=dense_connection,
                gain=gain,
            )
            for i in range(n_convolutions)
        )

    def forward(self, features: Tensor, previous: Optional[Tensor] = None) -> Tuple[Tensor, Optional[Tensor]]:
        """Return x_n and, densely connected, the attention input for the next layer."""
        seen: List[Tensor] = [features]
        for convolution in self.convolutions:
            output, previous = convolution(torch.cat(seen, dim=1), previous)
            seen.append(torch.relu_(output))
        return seen[-1], previous
