"""Convolutions whose kernels adapt to each image volume, and their static counterparts.

TorchScript compiles this module, so shapes stand in plain words and annotations are evaluated.

Source: Xie et al. 2023, doi:10.1109/TMI.2022.3226604, section II.C; after Li et al. 2022, arXiv:2209.07947.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

Triple = tuple[int, int, int]


class AttentionBranch(nn.Sequential):
    """Attention values of one kernel dimension: two fully connected layers of 2n and n neurons.

        a = sigmoid(W₂ ReLU(W₁ p + b₁) + b₂)

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
    """Factors by which a kernel is multiplied, per image volume, tap, input channel and output channel.

        m = 2 s (a_spa + a_in + a_out) / 3

    Args:
        in_channels: C_in.
        out_channels: C_out.
        kernel_size: taps along x, y, z.
        kernel_scale: s, about which the factors start, because sigmoids start near ½.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Triple, *, kernel_scale: float) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.kernel_scale = kernel_scale
        self.spatial = AttentionBranch(in_channels, kernel_size[0] * kernel_size[1] * kernel_size[2])
        self.input = AttentionBranch(in_channels, in_channels)
        self.output = AttentionBranch(in_channels, out_channels)

    def forward(self, pooled: Tensor) -> Tensor:
        """Return m, shape (B, C_out, C_in, kx, ky, kz), of pooled vectors of shape (B, C_in)."""
        if torch.jit.is_scripting():  # TorchScript turns autocast off for a device known beforehand only
            return self.factors(pooled)
        # In bfloat16, what differs between volumes would be rounded away: attention stays near ½ for long.
        with torch.autocast(pooled.device.type, enabled=False):
            return self.factors(pooled)

    def factors(self, pooled: Tensor) -> Tensor:
        """Compute m in the pooled vectors' precision."""
        x, y, z = self.kernel_size
        spatial = self.spatial(pooled).view(-1, 1, 1, x, y, z)
        by_input = self.input(pooled)[:, None, :, None, None, None]
        by_output = self.output(pooled)[:, :, None, None, None, None]
        return (spatial + by_input + by_output) * (2.0 * self.kernel_scale / 3.0)


def attention_input(features: Tensor, previous: Tensor | None) -> Tensor:
    """Pool what a layer's attention looks at: the layer's input and, densely connected, all layers before.

        p_l = mean(x_{l−1})                     for the first layer, or without dense connection
        p_l = ½ (mean(x_{l−1}) + R p_{l−1})     equation 4, pooled

    Resizing feature maps such that each channel keeps its mean commutes with pooling, so only vectors are added.
    R interpolates linearly along the channel axis.

    Args:
        features: x_{l−1}, shape (B, C, X, Y, Z).
        previous: p_{l−1}, shape (B, C'), or None.
    """
    # As a sum divided by n, because autograd would write a mean's gradient out for every voxel; in float32 at least,
    # because rounded to bfloat16 the means of two volumes are often the same.
    exact = torch.promote_types(features.dtype, torch.float32)
    pooled = features.sum(dim=(2, 3, 4), dtype=exact) / (features.shape[2] * features.shape[3] * features.shape[4])
    if previous is None:
        return pooled
    resized = functional.interpolate(previous[:, None], size=[pooled.shape[1]], mode="linear", align_corners=False)
    return 0.5 * (pooled + resized[:, 0])


def is_slow_alone(features: Tensor) -> bool:
    """Tell whether PyTorch convolves one such volume several times slower than several at once, or in groups.

    On a CPU and in float32 it leaves a single volume to oneDNN only above 20,480 values of all channels in a slice
    across the last axis (PyTorch 2.13, `ConvParams::use_mkldnn` in aten/src/ATen/native/Convolution.cpp).
    """
    if not torch.jit.is_scripting():  # noqa: SIM102 - TorchScript would compile a condition of both
        if torch.compiler.is_exporting():
            return False  # what runs the exported network has its own ways
    is_small = features.shape[1] * features.shape[2] * features.shape[3] <= 20480
    return is_small and features.dtype == torch.float32 and features.device.type == "cpu"


class DynamicConvolution(nn.Module):
    """3-D convolution, or transposed convolution, with one kernel per image volume.

        y = (W ⊙ m(p)) ⊛ x + B,    m of `KernelAttention`, p of `attention_input`

    The static layer (`dynamic` off) is the same with m = s, the kernel scale.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        kernel_size: taps along x, y, z.
        stride: voxels along x, y, z.
        padding: zeros added on both sides along x, y, z.
        transposed: whether each input voxel is spread over the taps, on the way up, instead of gathered from them.
        dynamic: whether kernels adapt to the image volume.
        dense_connection: whether attention sees all preceding layers; without effect on a static layer.
        kernel_scale: s, the factor on Xavier's kernels at the start, and on every step that training takes from there;
            with ½ a dynamic layer is equation 3 as printed.

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
        dense_connection: bool = True,
        kernel_scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.padding = padding
        self.transposed = transposed
        self.dense_connection = dense_connection
        self.kernel_scale = kernel_scale
        channels = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = nn.Parameter(torch.empty(*channels, *kernel_size))
        self.bias = nn.Parameter(torch.empty(out_channels))
        self.attention = (
            KernelAttention(in_channels, out_channels, kernel_size, kernel_scale=kernel_scale) if dynamic else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw every kernel after Xavier and set every bias to zero."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)

    def forward(
        self, features: Tensor, previous: Tensor | None = None, output_padding: Triple = (0, 0, 0)
    ) -> tuple[Tensor, Tensor | None]:
        """Return the layer's output and, densely connected, its attention input for the next layer.

        Args:
            features: x, shape (B, C_in, X, Y, Z).
            previous: the previous layer's attention input, shape (B, C').
            output_padding: voxels that a transposed convolution adds at the far end along x, y, z.
        """
        if self.attention is None:
            return self.convolve(features, self.kernel_scale * self.weight, output_padding, 1), None
        pooled = attention_input(features, previous).to(self.weight.dtype)
        factors = self.attention(pooled)
        kernels = self.weight * (factors.transpose(1, 2) if self.transposed else factors)
        # One grouped launch fills a GPU; on a CPU a group can miss the matrix units that a loop reaches.
        if features.is_cuda or (features.shape[0] > 1 and is_slow_alone(features)):
            output = self.convolve_grouped(features, kernels, output_padding)
        else:
            output = self.convolve_looped(features, kernels, output_padding)
        return output, pooled if self.dense_connection else None

    def convolve_looped(self, features: Tensor, kernels: Tensor, output_padding: Triple) -> Tensor:
        """Convolve each volume with its own kernel, one after the other."""
        if features.shape[0] == 1:
            return self.convolve(features, kernels[0], output_padding, 1)
        outputs: list[Tensor] = []
        for volume, kernel in zip(features.split(1), kernels.unbind()):  # noqa: B905 - TorchScript knows no `strict`
            outputs.append(self.convolve(volume, kernel, output_padding, 1))
        return torch.cat(outputs)

    def convolve_grouped(self, features: Tensor, kernels: Tensor, output_padding: Triple) -> Tensor:
        """Convolve each volume with its own kernel, the batch being groups of channels in one call."""
        batch = features.shape[0]
        output = self.convolve(features.flatten(0, 1)[None], kernels.flatten(0, 1), output_padding, batch)
        return output.view(batch, -1, output.shape[2], output.shape[3], output.shape[4])

    def convolve(self, features: Tensor, kernel: Tensor, output_padding: Triple, n_groups: int) -> Tensor:
        """Convolve each group of channels with its part of the kernel and add the bias."""
        bias = self.bias.repeat(n_groups)
        if self.transposed:
            return functional.conv_transpose3d(
                features, kernel, bias, self.stride, self.padding, output_padding, groups=n_groups
            )
        if features.shape[0] == 1 and n_groups == 1 and kernel.shape[0] % 2 == 0 and is_slow_alone(features):
            features, n_groups = features.repeat(1, 2, 1, 1, 1), 2  # one group for each half of the output channels
        padding = self.padding
        if features.shape[2] < kernel.shape[2] or features.shape[3] < kernel.shape[3]:
            # oneDNN 3.12 gets the bfloat16 gradient of a kernel wrong that is wider than the features it pads.
            features = functional.pad(
                features, [padding[2], padding[2], padding[1], padding[1], padding[0], padding[0]]
            )
            padding = (0, 0, 0)
        return functional.conv3d(features, kernel, bias, self.stride, padding, groups=n_groups)
