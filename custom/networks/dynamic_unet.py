"""The networks of the paper, U-net, dynamic and densely-connected dynamic, as one class with switches."""

from functools import partial

import torch
from torch import Tensor, nn

from custom.networks.dense_block import DenseBlock, Layer
from custom.networks.dynamic_convolution import DynamicConvolution, Triple
from custom.networks.marks import mark_weights
from custom.settings import check_positive, check_whole, check_yes_or_no

N_LEVELS = 4
SMALLEST_SIZE = {1: 9, 2: 31}  # by stride: what four unpadded convolutions bring down to one voxel
CONVEYING = ("concatenation", "addition")


class DownBlock(nn.Module):
    """Unpadded 3×3×1 convolution and dense block: fewer voxels in x and y, as many in z."""

    def __init__(
        self, in_channels: int, n_filters: int, stride: int, n_dense_convolutions: int, *, layer: Layer
    ) -> None:
        super().__init__()
        self.resize = layer(in_channels, n_filters, (3, 3, 1), stride=(stride, stride, 1))
        self.dense = DenseBlock(n_filters, n_filters, n_dense_convolutions, layer=layer)

    def forward(self, features: Tensor, previous: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return features and the last attention input; see `DynamicConvolution.forward`."""
        features, previous = self.resize(features, previous)
        return self.dense(torch.relu_(features), previous)


class UpBlock(nn.Module):
    """Transposed 3×3×1 convolution to the conveyed features' size, joining them, and dense block."""

    def __init__(
        self, conveyed_channels: int, n_filters: int, stride: int, n_dense_convolutions: int, *, layer: Layer
    ) -> None:
        super().__init__()
        self.stride = stride
        self.concatenate = conveyed_channels > 0
        self.resize = layer(n_filters, n_filters, (3, 3, 1), stride=(stride, stride, 1), transposed=True)
        self.dense = DenseBlock(n_filters + conveyed_channels, n_filters, n_dense_convolutions, layer=layer)

    def forward(self, features: Tensor, conveyed: Tensor, previous: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return features and the last attention input; see `DynamicConvolution.forward`."""
        features, previous = self.resize(features, previous, self.output_padding(features, conveyed))
        features = torch.relu_(features)
        if not self.concatenate:
            return self.dense(features + conveyed, previous)
        return self.dense(torch.cat([features, conveyed.to(features.dtype)], dim=1), previous)

    def output_padding(self, features: Tensor, conveyed: Tensor) -> Triple:
        """Return the voxels that the transposed convolution lacks to reach the conveyed features' size."""
        x = conveyed.shape[2] - (features.shape[2] - 1) * self.stride - 3
        y = conveyed.shape[3] - (features.shape[3] - 1) * self.stride - 3
        return (x, y, 0)


class DynamicUNet(nn.Module):
    """Corrects the partial-volume blur of a SPECT image, optionally with a CT image as a second channel.

        ŷ = ReLU(x_SPECT + conv_1×1×1(up₄(… up₁(down₄(… down₁(x))))))

    The last ReLU stands behind the sum: a correction takes activity from the muscle to give it to the blood, and a
    ReLU before the sum could only add.

    Args:
        in_channels: 1 for SPECT, 2 for SPECT and CT; channel 0 is the SPECT image.
        out_channels: corrected images.
        n_filters: filters of every convolution but the last.
        dynamic: whether kernels adapt to each image volume.
        dense_connection: whether attention sees all preceding layers; without effect where `dynamic` is off.
        stride: of the convolutions down and up, along x and y; parameters fit either.
        n_dense_convolutions: convolutions of each dense block.
        conveying: "concatenation" or "addition" of features on the way down to those on the way up. The image itself
            joins the last block; added, its SPECT channel goes to every filter.
        residual: whether the SPECT channel is added before the last ReLU.
        kernel_scale: of every convolution but the last, see `DynamicConvolution`. None: as printed, ½ for dynamic
            kernels and 1 for static ones.

    Raises:
        BadInput: no whole number of channels or filters, no positive scale, or a switch that is neither on nor off.
        ValueError: another switch out of its range.

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
        kernel_scale: float | None = None,
    ) -> None:
        super().__init__()
        scale = (0.5 if dynamic else 1.0) if kernel_scale is None else kernel_scale
        check_whole(in_channels=in_channels, out_channels=out_channels, n_filters=n_filters)
        check_yes_or_no(dynamic=dynamic, dense_connection=dense_connection)
        check_positive(kernel_scale=scale)
        if stride not in SMALLEST_SIZE:
            raise ValueError(f"stride must be 1 or 2, got {stride}")
        if conveying not in CONVEYING:
            raise ValueError(f"conveying must be one of {', '.join(CONVEYING)}, got {conveying!r}")
        self.smallest_size = SMALLEST_SIZE[stride]
        self.concatenate = conveying == "concatenation"
        self.residual = residual
        mark_weights(self, {"dense_connection": dynamic and dense_connection, "kernel_scale": float(scale)})
        layer = partial(DynamicConvolution, dynamic=dynamic, dense_connection=dense_connection, kernel_scale=scale)
        down = [in_channels] + [n_filters] * (N_LEVELS - 1)
        up = [channels if self.concatenate else 0 for channels in reversed(down)]
        self.down = nn.ModuleList(DownBlock(n, n_filters, stride, n_dense_convolutions, layer=layer) for n in down)
        self.up = nn.ModuleList(UpBlock(n, n_filters, stride, n_dense_convolutions, layer=layer) for n in up)
        self.output = DynamicConvolution(n_filters, out_channels, (1, 1, 1), dynamic=False)
        if not residual:
            # Features are ≥ 0: signed weights can start most voxels at 0, where the last ReLU passes no gradient.
            self.output.weight.data.abs_()

    def forward(self, image: Tensor) -> Tensor:
        """Correct image volumes.

        Args:
            image: shape (B, C, X, Y, Z), normalised activity and, in channel 1, CT.

        Returns:
            Normalised activity ≥ 0, shape (B, out_channels, X, Y, Z).

        Raises:
            ValueError: too few voxels in x or y for the convolutions on the way down.
        """
        if min(image.shape[2], image.shape[3]) < self.smallest_size:
            raise ValueError(
                f"x and y need at least {self.smallest_size} voxels each, got {image.shape[2]} and {image.shape[3]}; "
                "was the image cropped too tightly?"
            )
        spect = image[:, :1]
        features = image
        conveyed = [image if self.concatenate else spect]
        previous: Tensor | None = None
        for down in self.down:
            features, previous = down(features, previous)
            conveyed.append(features)
        conveyed.pop()
        for up in self.up:
            features, previous = up(features, conveyed.pop(), previous)
        correction, _ = self.output(features)
        return torch.relu(spect + correction if self.residual else correction)
