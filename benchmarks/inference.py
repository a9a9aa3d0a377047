"""Seconds that the correction of one volume takes: in float32 and bfloat16, scripted and compiled, on CPU and GPU.

Claims: a CPU corrects a volume in less than half the time in bfloat16, if it has instructions for it; scripting costs
nothing; small features are convolved in groups, because PyTorch alone chooses a slower way. On a CPU one thread and its
processor time, on a GPU the clock. `torch.compile` needs a C++ compiler on a CPU, and a minute that does not count.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable
from unittest import mock

import torch
from torch import Tensor

from benchmarks.machine import machine
from benchmarks.rounds import Row, Target, clock, medians, print_rows
from custom.networks import dynamic_convolution
from custom.networks.dynamic_unet import DynamicUNet
from custom.training.mixed_precision import bfloat16_is_fast

FLOAT32, BFLOAT16, SCRIPTED, COMPILED = "float32", "bfloat16", "float32, scripted", "float32, compiled"
AS_PYTORCH_CHOOSES = "float32, as PyTorch chooses"
TARGETS = {
    FLOAT32: [Target(2 / 3, AS_PYTORCH_CHOOSES)],
    BFLOAT16: [Target(1 / 2, FLOAT32)],
    SCRIPTED: [Target(1.1, FLOAT32)],
}
CXX = ("g++", "clang++", "c++", "cl")


def correction(network: Callable[[Tensor], Tensor], image: Tensor, *, mixed: bool = False) -> Callable[[], Tensor]:
    """Return the correction of an image."""

    @torch.inference_mode()
    def correct() -> Tensor:
        with torch.autocast(image.device.type, torch.bfloat16, enabled=mixed):
            return network(image)

    return correct


def as_pytorch_chooses(work: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """Return the same with every convolution of a volume left to PyTorch."""

    def run() -> Tensor:
        with mock.patch.object(dynamic_convolution, "is_slow_alone", return_value=False):
            return work()

    return run


def forms(network: DynamicUNet, image: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Return the forms in which the network runs here, by their names."""
    works = {FLOAT32: correction(network, image), SCRIPTED: correction(torch.jit.script(network), image)}
    if bfloat16_is_fast(image.device.type):
        works[BFLOAT16] = correction(network, image, mixed=True)
    if not image.is_cuda:
        works[AS_PYTORCH_CHOOSES] = as_pytorch_chooses(works[FLOAT32])
    if image.is_cuda or any(map(shutil.which, CXX)):
        works[COMPILED] = correction(torch.compile(network), image)
    return works


def print_device(device: str, options: argparse.Namespace) -> None:
    """Measure all forms on a device."""
    network, image = (
        DynamicUNet(n_filters=options.filters).eval().to(device),
        torch.rand(1, 1, *options.shape, device=device),
    )
    timer = time.process_time if device == "cpu" else time.perf_counter
    rows = [Row(name, "s", clock(work, timer=timer)) for name, work in forms(network, image).items()]
    where = "CPU" if device == "cpu" else torch.cuda.get_device_name()
    title = f"{where}, one volume, {options.filters} filters, median of {options.rounds}"
    print_rows(title, rows, medians(rows, options.rounds), TARGETS, FLOAT32)
    if COMPILED not in {row.name for row in rows}:
        print("compiled: no C++ compiler here")


def main() -> None:
    """Print a table for each device."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--filters", type=int, default=16, help="of the network; the paper's are 32")
    options.add_argument("--shape", type=int, nargs=3, default=(70, 70, 50))
    options = options.parse_args()
    torch.set_num_threads(1)
    print(machine(1))
    print_device("cpu", options)
    if torch.cuda.is_available():
        print_device("cuda", options)


if __name__ == "__main__":
    main()
