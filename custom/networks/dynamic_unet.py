"""The network family of the paper: U-net, dynamic U-net and densely-connected dynamic U-net in one class."""

from functools import partial
from typing import List, Optional

import torch
from torch import Tensor, nn

from custom.networks.dense_block import DenseBlock
from custom.networks.dynamic_convolution import DynamicConvolution, Triple

N_LEVELS = 4
CONVEYING = ("concatenation", "addition")


class DynamicUNet(nn.Module):
    """Corrected SPECT image of a blurred one, optionally with a CT image as a second channel.

        ŷ = ReLU(x_SPECT + conv_1×1×1(up₄(… up₁(down₄(… down₁(x))))))

    Each of the four blocks down is an unpadded 3×3×1 convolution and a dense block; each of the four blocks up is
    the transposed convolution, brought to the size of the conveyed features, and a dense block. z stays as it is. The
    ReLU stands behind the sum, because a correction takes activity away as often as it adds some.

    Args:
        in_channels: 1 for SPECT, 2 for SPECT and CT; channel 0 is the SPECT image.
        out_channels: corrected images.
        n_filters: filters of every convolution but the last.
        dynamic: whether kernels adapt to each image volume.
        dense_connection: whether attention sees all preceding layers; without effect where `dynamic` is off.
        stride: of the convolutions down and up, in x and y; the parameters fit either.
        n_dense_convolutions: convolutions of each dense block.
        conveying: how features from the way down join those on the way up, "concatenation" or "addition". The last
            block up is joined by the image itself; added, its SPECT channel goes to every filter.
        residual: whether the SPECT channel is added before the last ReLU.
        gain: of the dynamic kernels, see `KernelAttention`.
    Raises:
        ValueError: a switch out of its range.
    Source: section II.D of the paper.
    """

    def __init__(
        self,
        in_channels: int = 1,
        out_channels: int = 1,
        *,
        n_filters: int = 32,
        dynamic: bool = True,
        dense_connection: bool = True,
        stride: int = 2,
        n_dense_convolutions: int = 3,
        conveying: str = "concatenation",
        residual: bool = True,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ValueError(f"stride must be 1 or 2, got {stride}")
        if conveying not in CONVEYING:
            raise ValueError(f"conveying must be one of {', '.join(CONVEYING)}, got {conveying!r}")
        self.stride = stride
        self.concatenate = conveying == "concatenation"
        self.residual = residual

        adaptive = {"dynamic": dynamic, "dense_connection": dense_connection, "gain": gain}
        resize = partial(DynamicConvolution, kernel_size=(3, 3, 1), stride=(stride, stride, 1), **adaptive)
        dense = partial(DenseBlock, n_filters=n_filters, n_convolutions=n_dense_convolutions, **adaptive)
        beside = [n_filters] * (N_LEVELS - 1) + [in_channels] if self.concatenate else [0] * N_LEVELS
        self.down = nn.ModuleList(resize(n_filters if level else in_channels, n_filters) for level in range(N_LEVELS))
        self.down_dense = nn.ModuleList(dense(n_filters) for _ in range(N_LEVELS))
        self.up = nn.ModuleList(resize(n_filters, n_filters, transposed=True) for _ in range(N_LEVELS))
        self.up_dense = nn.ModuleList(dense(n_filters + channels) for channels in beside)
        self.output = nn.Conv3d(n_filters, out_channels, 1)
        nn.init.xavier_uniform_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        if not residual:
            # Features are positive, so a draw with a negative sum would leave the last ReLU at zero for ever.
            self.output.weight.data.abs_()

    def forward(self, image: Tensor) -> Tensor:
        """Correct image volumes.

        Args:
            image: shape (B, C, X, Y, Z), normalised activity and, in channel 1, CT.
        Returns:
            Normalised activity, shape (B, out_channels, X, Y, Z), ≥ 0.
        Raises:
            ValueError: x or y too small for the four convolutions on the way down.
        """
        self.check_size(image)
        spect = image[:, :1]
        conveyed: List[Tensor] = [image if self.concatenate else spect]
        features, previous = image, torch.jit.annotate(Optional[Tensor], None)
        for down, dense in zip(self.down, self.down_dense):
            features, previous = down(features, previous)
            features, previous = dense(torch.relu_(features), previous)
            conveyed.append(features)
        features = conveyed.pop()
        for up, dense in zip(self.up, self.up_dense):
            beside = conveyed.pop()
            features, previous = up(features, previous, self.output_padding(features, beside))
            features, previous = dense(self.join(torch.relu_(features), beside), previous)
        correction = self.output(features)
        return torch.relu(spect + correction if self.residual else correction)

    def check_size(self, image: Tensor) -> None:
        """Refuse volumes that the way down would shrink to nothing."""
        smallest = 1
        for _ in range(len(self.down)):
            smallest = (smallest - 1) * self.stride + 3
        if min(image.shape[2], image.shape[3]) < smallest:
            raise ValueError(
                f"x and y need at least {smallest} voxels for {len(self.down)} unpadded convolutions of stride "
                f"{self.stride}, got {image.shape[2]} and {image.shape[3]}; is the image cropped too tightly?"
            )

    def output_padding(self, features: Tensor, beside: Tensor) -> Triple:
        """Return the voxels that bring features, once transposed, to the size of those conveyed beside them."""
        x = beside.shape[2] - (features.shape[2] - 1) * self.stride - 3
        y = beside.shape[3] - (features.shape[3] - 1) * self.stride - 3
        return (x, y, 0)

    def join(self, features: Tensor, beside: Tensor) -> Tensor:
        """Bring features from the way down into those on the way up."""
        if self.concatenate:
            return torch.cat([features, beside.to(features.dtype)], dim=1)
        return features + beside
