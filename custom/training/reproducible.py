"""Which volumes an epoch holds, and all that is random in it, as functions of seed and epoch, in whatever process."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from monai.transforms import Compose
from torch.utils.data import Dataset

from custom.data.augmentation import VARIANT


class AugmentedStudies(Dataset):
    """The volumes of an epoch, out of passes that hold every variant of every study once.

    Passes of n_studies · n_variants volumes, each in an order of its own, follow each other without end. An epoch is
    the next stretch of them: as many volumes as there are studies, rounded up to whole batches, so that any number of
    processes shares every batch evenly. Where the batch divides the studies, n_variants epochs are one pass.

        number = (epoch − 1) · volumes an epoch + index,   pass, place = divmod(number, n_studies · n_variants)
        study, variant = divmod(order(seed, pass)[place], n_variants)

    What an index holds depends on (seed, epoch, index) and on nothing else: an epoch is the same with no worker or
    several, in one process or in several, and after an interruption.

    Args:
        data: loaded studies, best a `CacheDataset`: in memory, but for each study once.
        transform: makes a study's volume, given its number under `VARIANT`; may hold random transforms.
        n_variants: of each study.
        batch_size: volumes a step, over all processes.
        seed: of the whole training.
    """

    def __init__(
        self,
        data: Sequence[Mapping[str, Any]],
        transform: Compose,
        n_variants: int,
        batch_size: int,
        seed: int,
    ) -> None:
        self.data = data
        self.transform = transform
        self.n_variants = n_variants
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 1

    def __len__(self) -> int:
        """Volumes of an epoch."""
        return math.ceil(len(self.data) / self.batch_size) * self.batch_size

    def study_and_variant(self, index: int) -> tuple[int, int]:
        """Return which study an index of this epoch holds, and which of its variants."""
        n_volumes = len(self.data) * self.n_variants
        n_pass, place = divmod((self.epoch - 1) * len(self) + index, n_volumes)
        order = np.random.default_rng((self.seed, n_pass)).permutation(n_volumes)
        study, variant = divmod(int(order[place]), self.n_variants)
        return study, variant

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401
        """Return the volume that an index of this epoch holds."""
        index = range(len(self))[index]
        study, variant = self.study_and_variant(index)
        entropy = np.random.SeedSequence((self.seed, self.epoch, index))
        self.transform.set_random_state(seed=int(entropy.generate_state(1)[0]))
        return self.transform({**deepcopy(self.data[study]), VARIANT: variant})  # a copy: the cached study stays


class ReproducibleEpochs:
    """Handler that tells the data set each epoch's number and seeds PyTorch's own draws with it.

    Workers start anew each epoch and so inherit the number; a loader with `persistent_workers` would not.

    Args:
        dataset: of the training studies.
    """

    def __init__(self, dataset: AugmentedStudies) -> None:
        self.dataset = dataset

    def attach(self, engine: Engine) -> None:
        """Let the handler run before each epoch of an engine."""
        engine.add_event_handler(Events.EPOCH_STARTED, self)

    def __call__(self, engine: Engine) -> None:
        """Prepare an epoch."""
        self.dataset.epoch = engine.state.epoch
        torch.manual_seed(int(np.random.SeedSequence((self.dataset.seed, engine.state.epoch)).generate_state(1)[0]))
