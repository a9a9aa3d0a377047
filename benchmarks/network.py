"""Processor seconds of a training step: dynamic beside static kernels, one volume and a batch, and the batch's loading.

Claims: a step of the dynamic network takes at most 1.1 times that of the static one for one volume, and at most 1.3
times for a batch of six; kernels of a batch in a loop are no slower than as groups of one convolution; turning the
volumes of the next step takes less than it. In bfloat16, as in training, where the processor has instructions for it.
One thread, rounds interleaved, medians of processor time: what else runs on the machine matters little.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest import mock

import torch
from monai.bundle import ConfigParser
from monai.data import DataLoader, MetaTensor
from torch import Tensor

from benchmarks.machine import MIXED, PRECISION, machine
from benchmarks.rounds import Row, Target, clock, medians, print_rows
from custom.losses import PartialVolumeLoss
from custom.networks.dynamic_convolution import DynamicConvolution
from custom.networks.dynamic_unet import DynamicUNet
from custom.training.reproducible import AugmentedStudies

TRAIN = Path(__file__).resolve().parents[1] / "bundle" / "configs" / "train.yaml"
STATIC, DYNAMIC, CONNECTED = "static", "dynamic", "densely connected"
SWITCHES = {STATIC: {"dynamic": False}, DYNAMIC: {"dense_connection": False}, CONNECTED: {}}
IN_FLOAT32, LOADING = f"{CONNECTED}, float32", "volumes of the next step, turned in memory"
LAYERS = {  # how a layer runs
    "static": (False, DynamicConvolution.convolve_looped),
    "dynamic, loop": (True, DynamicConvolution.convolve_looped),
    "dynamic, groups": (True, DynamicConvolution.convolve_grouped),
}
on_processor = partial(clock, timer=time.process_time)


def volumes(n: int, shape: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    """Draw images, and what the loss compares them with: reference images and regions."""
    regions = torch.randint(0, 7, (n, 1, *shape)).float()
    return torch.rand(n, 1, *shape), torch.cat([torch.rand(n, 1, *shape), regions], dim=1)


def step(switches: dict[str, int], batch: tuple[Tensor, Tensor], *, mixed: bool = MIXED) -> Callable[[], None]:
    """Return one step of a network's training: prediction, loss, gradients, weights."""
    network, loss = DynamicUNet(**switches), PartialVolumeLoss()
    optimizer = torch.optim.Adam(network.parameters())

    def train() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            prediction = network(batch[0])
        loss(prediction.float(), batch[1]).backward()
        optimizer.step()

    return train


def layer(kind: str, n: int, shape: tuple[int, int, int]) -> Callable[[], None]:
    """Return a convolution of the last block, of 65 to 32 channels at the image's full size, forward and back."""
    dynamic, form = LAYERS[kind]
    convolution = DynamicConvolution(65, 32, (3, 3, 5), padding=(1, 1, 2), dynamic=dynamic)
    features = torch.rand(n, 65, *shape, requires_grad=True)
    features = features.contiguous(memory_format=torch.channels_last_3d)

    def run() -> None:
        in_precision = torch.autocast("cpu", torch.bfloat16, enabled=MIXED)
        with mock.patch.object(DynamicConvolution, "convolve_looped", form), in_precision:
            convolution(features)[0].float().sum().backward()

    return run


def loading(n: int, shape: tuple[int, int, int]) -> Callable[[], object]:
    """Return what makes a batch out of studies in memory, as the config of training says."""
    parser = ConfigParser()
    parser.read_config(str(TRAIN))
    parser.get_parsed_content("imports")
    image, reference = volumes(n, shape)
    studies = [
        {"image": MetaTensor(i), "label": MetaTensor(r[:1]), "regions": MetaTensor(r[1:])}
        for i, r in zip(image, reference, strict=True)
    ]
    transform, rotation = parser.get_parsed_content("train#preprocessing"), parser.get_parsed_content("rotation")
    dataset = AugmentedStudies(studies, transform, n_variants=rotation.n_variants, batch_size=n, seed=0)
    return lambda: next(iter(DataLoader(dataset, batch_size=n)))


def print_steps(n: int, options: argparse.Namespace) -> None:
    """Measure steps of so many volumes, and what they wait for."""
    batch, width = volumes(n, options.shape), {"n_filters": options.filters}
    rows = [Row(kind, "s", on_processor(step(switches | width, batch), share=n)) for kind, switches in SWITCHES.items()]
    if n == 1 and MIXED:
        rows.append(Row(IN_FLOAT32, "s", on_processor(step(width, batch, mixed=False))))
    rows.append(Row(LOADING, "s", on_processor(loading(n, options.shape), share=n)))
    at_most = Target(1.1 if n == 1 else 1.3, STATIC)
    targets = {DYNAMIC: [at_most], CONNECTED: [at_most], LOADING: [Target(1, STATIC)]}
    title = f"training step of {n}, {options.filters} filters, {PRECISION}, per volume, median of {options.rounds}"
    print_rows(title, rows, medians(rows, options.rounds), targets, STATIC)


def print_layers(n: int, options: argparse.Namespace) -> None:
    """Measure one layer in the forms in which a batch can run."""
    rows = [Row(kind, "s", on_processor(layer(kind, n, options.shape), share=n)) for kind in LAYERS]
    targets = {"dynamic, loop": [Target(1, "dynamic, groups")]}
    title = f"one layer, batch of {n}, {PRECISION}, per volume, median of {options.rounds}"
    print_rows(title, rows, medians(rows, options.rounds), targets, "static")


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--filters", type=int, default=16, help="of the networks; the paper's are 32")
    options.add_argument("--batch", type=int, default=6)
    options.add_argument("--shape", type=int, nargs=3, default=(70, 70, 50))
    options = options.parse_args()
    torch.set_num_threads(1)
    print(machine(1))
    print_layers(options.batch, options)
    print_steps(1, options)
    print_steps(options.batch, options)


if __name__ == "__main__":
    main()
