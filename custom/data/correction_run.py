"""Many studies corrected at once, on Dask's workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ignite.engine import Engine
from monai.data import DataLoader, Dataset
from monai.transforms import Transform
from torch import nn

from custom.cluster import run_each
from custom.data.checked_studies import CheckedStudies


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What a worker does for a study: the same as the evaluator of a run that corrects them one after the other.

    Args:
        evaluator: MONAI's, but for its network, data and handlers.
        network: makes the network, with its weights; called on the worker, so that no weights travel.
        preprocessing: of a study.
        handlers: of the evaluator; the last moves the study's folder, now complete, into place.
    """

    evaluator: Callable[..., Engine]
    network: Callable[[], nn.Module]
    preprocessing: Transform
    handlers: Sequence[Any]

    def correct(self, studies: Mapping[str, dict[str, str]], names: Sequence[str]) -> dict[str, str]:
        """Correct some of the studies and write their results.

        Returns:
            No failure: an error is the caller's to note.
        """
        data = Dataset([studies[name] for name in names], self.preprocessing)
        loader = DataLoader(data, batch_size=1)
        self.evaluator(network=self.network(), val_data_loader=loader, val_handlers=list(self.handlers)).run()
        return {}


def correct_studies(
    studies: CheckedStudies, correction: Correction, *, scheduler: str | None = None, n_workers: int | None = None
) -> None:
    """Correct studies on Dask's workers, each on one thread; one that fails is noted, and the others are corrected.

    Args:
        studies: those that keep the rules.
        correction: what is done.
        scheduler: address of a running Dask scheduler; default workers of our own.
        n_workers: how many of our own; default as many as cores, memory and studies allow.

    Raises:
        BadInput: no scheduler at that address, or a number of workers that cannot be.
    """
    by_name = {study["study"]: study for study in studies}
    failures = run_each(
        partial(correction.correct, by_name),
        list(by_name),
        scheduler=scheduler,
        n_workers=n_workers,
        description="correcting studies",
    )
    studies.fail(failures)
