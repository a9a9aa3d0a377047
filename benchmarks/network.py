"""Processor seconds per volume of inference and training: static and dynamic, float32 and bfloat16, loop and groups.

Claims: dynamic kernels cost little more than static ones; bfloat16 halves the time; on a CPU a loop over the batch is
no slower than groups. One thread, processor time, rounds interleaved, medians: what else runs on the machine matters
little.
"""

import argparse
import statistics
import time
from unittest import mock

import torch

from benchmarks.machine import machine
from custom.networks.dynamic_convolution import DynamicConvolution
from custom.networks.dynamic_unet import DynamicUNet

LOOPED, GROUPED = DynamicConvolution.convolve_looped, DynamicConvolution.convolve_grouped
CASES = {  # network, precision, form of a batch
    "static, float32": ({"dynamic": False}, torch.float32, LOOPED),
    "static, bfloat16": ({"dynamic": False}, torch.bfloat16, LOOPED),
    "dynamic, bfloat16, loop": ({"dense_connection": False}, torch.bfloat16, LOOPED),
    "densely connected, float32, loop": ({}, torch.float32, LOOPED),
    "densely connected, bfloat16, loop": ({}, torch.bfloat16, LOOPED),
    "densely connected, bfloat16, groups": ({}, torch.bfloat16, GROUPED),
}


def seconds(network: DynamicUNet, volumes: torch.Tensor, precision: torch.dtype, *, training: bool) -> float:
    """Time one call, divided by the volumes in it."""
    start = time.process_time()
    mixed = torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16)
    with torch.set_grad_enabled(training), mixed:
        corrected = network(volumes)
    if training:
        corrected.float().mean().backward()
    return (time.process_time() - start) / len(volumes)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--batch", type=int, default=2)
    options.add_argument("--shape", type=int, nargs=3, default=(70, 70, 50))
    options = options.parse_args()
    torch.set_num_threads(1)
    volumes = torch.rand(options.batch, 1, *options.shape)
    networks = {name: DynamicUNet(**switches) for name, (switches, _, _) in CASES.items()}
    times = {(name, training): [] for name in CASES for training in (False, True)}
    print(machine(1))
    for _ in range(options.rounds):
        for (name, training), measured in times.items():
            _, precision, form = CASES[name]
            with mock.patch.object(DynamicConvolution, "convolve_looped", form):
                measured.append(seconds(networks[name], volumes, precision, training=training))
    print(f"{'seconds per volume, median of ' + str(options.rounds):<38}{'inference':>10}{'training step':>15}")
    for name in CASES:
        print(f"{name:<38}{statistics.median(times[name, False]):>10.2f}{statistics.median(times[name, True]):>15.2f}")


if __name__ == "__main__":
    main()
