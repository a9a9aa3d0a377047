"""Processor seconds of the losses on one full-size volume, forward and backward, beside other ways to compute them.

Claims: three-plane structural similarity by banded matrices is many times faster than by convolutions, MONAI's or
grouped, and equals them; the whole loss is a small part of a training step. One thread, processor time, rounds
interleaved, medians: what else runs on the machine matters little.
"""

import argparse
import statistics
import time

import torch
from monai.losses import SSIMLoss
from torch.nn import functional

from benchmarks.machine import machine
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


def training_step(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """DC-Dy-U-BV on one volume, with its loss."""
    with torch.autocast("cpu", torch.bfloat16):
        corrected = NETWORK(prediction)
    return PartialVolumeLoss()(corrected, target)


NETWORK = DynamicUNet()
CASES = {
    "SSIM, banded matrices": SsimLoss(),
    "SSIM, grouped 3-D convolution": ssim_by_grouped_convolution,
    "SSIM, MONAI": ssim_by_monai,
    "Sobel": SobelLoss(),
    "IMBV": ImbvLoss(),
    "whole loss": PartialVolumeLoss(),
    "training step, bfloat16": training_step,
}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options = options.parse_args()
    torch.set_num_threads(1)
    print(machine(1))
    prediction = torch.rand(1, 1, 70, 70, 50, requires_grad=True)
    target = torch.cat([torch.rand(1, 1, 70, 70, 50), torch.randint(0, 7, (1, 1, 70, 70, 50)).float()], dim=1)
    times, values = {case: [] for case in CASES}, {}
    for _ in range(options.rounds):
        for case, loss in CASES.items():
            start = time.process_time()
            values[case] = loss(prediction, target)
            values[case].backward()
            times[case].append(time.process_time() - start)
    print(f"{'median of ' + str(options.rounds):<32}{'seconds':>10}{'loss':>12}")
    for case in CASES:
        print(f"{case:<32}{statistics.median(times[case]):>10.3f}{values[case].item():>12.6f}")


if __name__ == "__main__":
    main()
