"""Random augmentation and order of the studies as functions of seed and epoch, whatever process draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from monai.data import CacheDataset


class ReproducibleDataset(CacheDataset):
    """A cached data set whose random transforms depend on (seed, epoch, index) and on nothing else.

    So an epoch is the same with no worker or several, in one process or in several, and after an interruption.

    Args:
        data: one dictionary per study.
        transform: deterministic transforms, which are cached, then random ones.
        seed: of the whole training.
        progress: whether to show a progress bar while the cache fills.
    """

    def __init__(
        self, data: Sequence[Any], transform: Sequence[Callable] | Callable, seed: int, progress: bool = True
    ) -> None:
        super().__init__(data=data, transform=transform, progress=progress)
        self.seed = seed
        self.epoch = 0

    def _transform(self, index: int) -> dict | list:
        entropy = np.random.SeedSequence((self.seed, self.epoch, index))
        self.transform.set_random_state(seed=int(entropy.generate_state(1)[0]))
        return super()._transform(index)


class ReproducibleEpochs:
    """Handler that tells the data set each epoch's number and seeds PyTorch's own draws with it.

    MONAI's engines tell the sampler. Workers start anew each epoch and so inherit the number; a loader with
    `persistent_workers` would not.

    Args:
        dataset: of the training studies.
    """

    def __init__(self, dataset: ReproducibleDataset) -> None:
        self.dataset = dataset

    def attach(self, engine: Engine) -> None:
        """Let the handler run before each epoch of an engine."""
        engine.add_event_handler(Events.EPOCH_STARTED, self)

    def __call__(self, engine: Engine) -> None:
        """Prepare an epoch."""
        self.dataset.epoch = engine.state.epoch
        torch.manual_seed(int(np.random.SeedSequence((self.dataset.seed, engine.state.epoch)).generate_state(1)[0]))
