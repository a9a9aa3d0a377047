"""Epochs that depend on seed and epoch alone."""

from __future__ import annotations

from itertools import chain

import pytest
import torch
from ignite.engine import Engine
from monai.data import DataLoader, DistributedSampler
from monai.transforms import Compose, Lambdad, RandLambdad, RandScaleIntensityd

from custom.training.reproducible import ReproducibleDataset, ReproducibleEpochs

N_STUDIES = 6


def volume(number: int) -> torch.Tensor:
    return torch.full((1, 2), float(number))


@pytest.fixture
def dataset() -> ReproducibleDataset:
    transforms = [
        Lambdad("image", volume),
        RandScaleIntensityd("image", factors=0.5, prob=1.0),
        RandLambdad("image", torch.neg, prob=0.5),
    ]
    return ReproducibleDataset(
        [{"image": n} for n in range(1, N_STUDIES + 1)], Compose(transforms), seed=5, progress=False
    )


def epoch_of(dataset: ReproducibleDataset, epoch: int, n_workers: int = 0, n_processes: int = 1) -> list[list[float]]:
    """The batches that each process sees in an epoch, of three studies over all processes."""
    batches = []
    for rank in range(n_processes):
        sampler = DistributedSampler(dataset, num_replicas=n_processes, rank=rank, shuffle=True, seed=5)
        sampler.set_epoch(epoch)
        dataset.epoch = epoch
        loader = DataLoader(dataset, batch_size=3 // n_processes, sampler=sampler, num_workers=n_workers)
        batches.append([batch["image"][:, 0, 0].tolist() for batch in loader])
    return [list(chain(*step)) for step in zip(*batches, strict=True)]


def test_an_epoch_repeats_whatever_was_drawn_before(dataset: ReproducibleDataset) -> None:
    first = epoch_of(dataset, 3)
    torch.rand(7), epoch_of(dataset, 4)
    assert epoch_of(dataset, 3) == first


def test_epochs_seeds_and_studies_differ(dataset: ReproducibleDataset) -> None:
    third, fourth = (epoch_of(dataset, epoch) for epoch in (3, 4))
    dataset.seed = 6
    assert len({str(third), str(fourth), str(epoch_of(dataset, 3))}) == 3
    scales = {round(abs(value) / n, 5) for n, value in enumerate(sorted(map(abs, chain(*third))), start=1)}
    assert len(scales) == N_STUDIES


def test_workers_change_nothing(dataset: ReproducibleDataset) -> None:
    assert epoch_of(dataset, 2, n_workers=2) == epoch_of(dataset, 2)


def test_processes_share_the_same_batches(dataset: ReproducibleDataset) -> None:
    alone = epoch_of(dataset, 2)
    shared = epoch_of(dataset, 2, n_processes=3)
    assert [sorted(step) for step in shared] == [sorted(step) for step in alone]


def test_the_handler_names_the_epoch_before_its_first_study(dataset: ReproducibleDataset) -> None:
    seen = []
    engine = Engine(lambda engine, batch: seen.append((dataset.epoch, batch, torch.rand(1).item())))
    ReproducibleEpochs(dataset).attach(engine)
    engine.run([0, 1], max_epochs=2)
    assert [(epoch, batch) for epoch, batch, _ in seen] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    again = []
    engine = Engine(lambda engine, batch: again.append((dataset.epoch, batch, torch.rand(1).item())))
    ReproducibleEpochs(dataset).attach(engine)
    torch.rand(3)
    engine.run([0, 1], max_epochs=2)
    assert again == seen
