"""Convolutions whose kernels adapt to each image volume, and their static counterparts.

Source: densely-connected multi-dimensional dynamic convolution, section II.C of the paper this project implements;
after omni-dimensional dynamic convolution, Li et al. 2022, doi:10.48550/arXiv.2209.07947.
"""

# No postponed annotations here: TorchScript reads them, and this module is scripted.
from typing import List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Triple = Tuple[int, int, int]


class AttentionBranch(nn.Sequential):
    """Attention values of one kernel dimension: two fully connected layers of 2n and n neurons.

        a = sigmoid(W₂ · ReLU(W₁ · p + b₁) + b₂)

    Args:
        n_channels: length of the pooled vector p.
        n_values: n, the number of attention values.
    Source: squeeze-and-excitation, Hu et al. 2018, doi:10.1109/CVPR.2018.00745.
    """

    def __init__(self, n_channels: int, n_values: int) -> None:
        super().__init__(
            nn.Linear(n_channels, 2 * n_values), nn.ReLU(), nn.Linear(2 * n_values, n_values), nn.Sigmoid()
        )


class KernelAttention(nn.Module):
    """What a kernel is multiplied by, per image volume, tap, input channel and output channel.

        m = gain · (a_spa + a_in + a_out) / 3

    Args:
        in_channels: C_in.
        out_channels: C_out.
        kernel_size: taps along x, y, z.
        gain: 1 as printed in the paper; 2 keeps the scale of Xavier's kernels, because sigmoids start at ½.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Triple, gain: float) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.gain = gain
        self.spatial = AttentionBranch(in_channels, kernel_size[0] * kernel_size[1] * kernel_size[2])
        self.input = AttentionBranch(in_channels, in_channels)
        self.output = AttentionBranch(in_channels, out_channels)

    def forward(self, pooled: Tensor) -> Tensor:
        """Return m, shape (B, C_out, C_in, kx, ky, kz), of pooled vectors of shape (B, C_in)."""
        x, y, z = self.kernel_size
        spatial = self.spatial(pooled).view(-1, 1, 1, x, y, z)
        channel_in = self.input(pooled).view(-1, 1, pooled.shape[1], 1, 1, 1)
        channel_out = self.output(pooled)[:, :, None, None, None, None]
        return (spatial + channel_in + channel_out) * (self.gain / 3.0)


def attention_input(features: Tensor, previous: Optional[Tensor]) -> Tensor:
    """Pool what a layer's attention looks at: its own input and, densely connected, all layers before.

        p_l = mean(x_{l−1})                      without a previous attention input
        p_l = ½ (mean(x_{l−1}) + R p_{l−1})      equation 4, pooled

    Resizing feature maps so that each channel keeps its mean commutes with pooling; therefore only vectors are added.
    R interpolates linearly along the channel axis.

    Args:
        features: x_{l−1}, the layer's input, shape (B, C, X, Y, Z).
        previous: p_{l−1}, the previous layer's attention input, shape (B, C'); None for the first layer.
    """
    pooled = features.mean(dim=(2, 3, 4))
    if previous is None:
        return pooled
    resized = functional.interpolate(previous[:, None], size=[pooled.shape[1]], mode="linear", align_corners=False)
    return 0.5 * (pooled + resized[:, 0].to(pooled.dtype))


class DynamicConvolution(nn.Module):
    """3-D convolution, or transposed convolution, with one kernel per image volume.

        y = (W ⊙ m(p)) ⊛ x + B,    m of `KernelAttention`, p of `attention_input`

    The static layer (`dynamic` off) is the same with m = 1.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        kernel_size: taps along x, y, z.
        stride: voxels along x, y, z.
        padding: zeros added on both sides along x, y, z.
        transposed: whether the layer spreads each input voxel over its taps, on the way up, instead of gathering.
        dynamic: whether kernels adapt to the image volume.
        dense_connection: whether attention sees all preceding layers; without effect on a static layer.
        gain: see `KernelAttention`.
    Source: equations 2 to 4 of the paper.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Triple,
        *,
        stride: Triple = (1, 1, 1),
        padding: Triple = (0, 0, 0),
        transposed: bool = False,
        dynamic: bool = True,
        dense_connection: bool = False,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.padding = padding
        self.transposed = transposed
        self.dense_connection = dense_connection
        channels = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = nn.Parameter(torch.empty(*channels, *kernel_size))
        self.bias = nn.Parameter(torch.empty(out_channels))
        self.attention = KernelAttention(in_channels, out_channels, kernel_size, gain) if dynamic else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw every kernel after Xavier and set every bias to zero."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)

    def forward(
        self,
        features: Tensor,
        previous: Optional[Tensor] = None,
        output_padding: Triple = (0, 0, 0),
    ) -> Tuple[Tensor, Optional[Tensor]]:
        """Return the layer's output and, densely connected, the attention input for the next layer.

        Args:
            features: shape (B, C_in, X, Y, Z).
            previous: the previous layer's attention input, shape (B, C').
            output_padding: voxels added at the far end along x, y, z by a transposed convolution.
        """
        if self.attention is None:
            return self.convolve(features, self.weight, output_padding, 1), None
        pooled = attention_input(features, previous)
        modulation = self.attention(pooled)
        kernels = self.weight * (modulation.transpose(1, 2) if self.transposed else modulation)
        # Groups fill a GPU in one launch; on a CPU they can miss the blocked kernels that a loop reaches.
        if features.is_cuda and features.shape[0] > 1:
            output = self.convolve_grouped(features, kernels, output_padding)
        else:
            output = self.convolve_looped(features, kernels, output_padding)
        return output, pooled if self.dense_connection else None

    def convolve_looped(self, features: Tensor, kernels: Tensor, output_padding: Triple) -> Tensor:
        """Convolve each volume with its own kernel, one after the other."""
        outputs: List[Tensor] = []
        for sample in range(features.shape[0]):
            outputs.append(self.convolve(features[sample : sample + 1], kernels[sample], output_padding, 1))
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    def convolve_grouped(self, features: Tensor, kernels: Tensor, output_padding: Triple) -> Tensor:
        """Convolve each volume with its own kernel, each volume a group of channels of one call."""
        batch = features.shape[0]
        output = self.convolve(features.flatten(0, 1)[None], kernels.flatten(0, 1), output_padding, batch)
        return output.view(batch, -1, output.shape[2], output.shape[3], output.shape[4])

    def convolve(self, features: Tensor, kernel: Tensor, output_padding: Triple, n_groups: int) -> Tensor:
        """Convolve every group with its part of the kernel and add the bias."""
        bias = self.bias.repeat(n_groups)
        if self.transposed:
            return functional.conv_transpose3d(
                features, kernel, bias, self.stride, self.padding, output_padding, groups=n_groups
            )
        return functional.conv3d(features, kernel, bias, self.stride, self.padding, groups=n_groups)
