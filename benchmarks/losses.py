"""Processor seconds of the losses on one full-size volume, forward and backward, beside other ways to compute them.

Claims: three-plane structural similarity by banded matrices takes at most a fifth of what convolutions take, MONAI's
or grouped, and equals them; the whole loss is at most a tenth of a training step. One thread, rounds interleaved,
medians of processor time: what else runs on the machine matters little.
"""

import argparse
import time
from functools import partial

import torch
from monai.losses import SSIMLoss
from torch.nn import functional

from benchmarks.machine import MIXED, PRECISION, machine
from benchmarks.rounds import Row, Target, clock, medians, print_rows
from custom.losses import ImbvLoss, PartialVolumeLoss, SobelLoss, SsimLoss
from custom.metrics import WINDOW_SIGMA, WINDOW_SIZE, gaussian_matrix
from custom.networks.dynamic_unet import DynamicUNet

PLANES = ((11, 11, 1), (11, 1, 11), (1, 11, 11))


def ssim_by_grouped_convolution(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The same loss with one 3-D convolution per plane, four moments as groups."""
    reference = target[:, :1]
    moments = [prediction, reference, (prediction - reference).square(), prediction.square() + reference.square()]
    window = gaussian_matrix(WINDOW_SIZE, prediction)[0]
    losses = []
    for shape in PLANES:
        kernel = torch.outer(window, window).reshape(1, 1, *shape).repeat(4, 1, 1, 1, 1)
        x, y, difference, squares = functional.conv3d(torch.cat(moments, dim=1), kernel, groups=4).split(1, dim=1)
        means, lost = x.square() + y.square(), (x - y).square()
        losses.append((1 - lost / (means + 1e-4)) * (1 - (difference - lost) / (squares - means + 9e-4)))
    return 1 - torch.stack([loss.mean() for loss in losses]).mean()


def ssim_by_monai(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """MONAI's loss with windows flat along the third axis, averaged over planes."""
    losses = [SSIMLoss(spatial_dims=3, win_size=shape, kernel_sigma=WINDOW_SIGMA) for shape in PLANES]
    return torch.stack([loss(prediction, target[:, :1]) for loss in losses]).mean()


def training_step(network: DynamicUNet, image: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """DC-Dy-U-BV on one volume, in bfloat16 where that is fast, with its loss."""
    with torch.autocast("cpu", torch.bfloat16, enabled=MIXED):
        corrected = network(image)
    return PartialVolumeLoss()(corrected.float(), target)


BANDED, GROUPED, MONAI = "SSIM, banded matrices", "SSIM, grouped 3-D convolution", "SSIM, MONAI"
SOBEL, IMBV, WHOLE, STEP = "Sobel", "IMBV", "whole loss", f"training step, {PRECISION}"
TARGETS = {BANDED: [Target(1 / 5, GROUPED), Target(1 / 5, MONAI)], WHOLE: [Target(0.1, STEP)]}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--filters", type=int, default=16, help="of the network; the paper's are 32")
    options = options.parse_args()
    torch.set_num_threads(1)
    print(machine(1))
    image = torch.rand(1, 1, 70, 70, 50, requires_grad=True)
    target = torch.cat([torch.rand(1, 1, 70, 70, 50), torch.randint(0, 7, (1, 1, 70, 70, 50)).float()], dim=1)
    losses = {
        BANDED: SsimLoss(),
        GROUPED: ssim_by_grouped_convolution,
        MONAI: ssim_by_monai,
        SOBEL: SobelLoss(),
        IMBV: ImbvLoss(),
        WHOLE: PartialVolumeLoss(),
        STEP: partial(training_step, DynamicUNet(n_filters=options.filters)),
    }
    rows = [
        Row(name, "ms", clock(lambda loss=loss: loss(image, target).backward(), timer=time.process_time))
        for name, loss in losses.items()
    ]
    title = f"forward and back, one volume, median of {options.rounds}"
    print_rows(title, rows, medians(rows, options.rounds), TARGETS, STEP)
    for name in (BANDED, GROUPED, MONAI):
        print(f"{name}: {losses[name](image, target).item():.6f}")


if __name__ == "__main__":
    main()
