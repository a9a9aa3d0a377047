"""The weights a training begins with and the best it reaches."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from ignite.engine import Engine, Events

from custom.training.checkpoints import load_states, write_whole

logger = logging.getLogger(__name__)


class BestWeights:
    """Handler that writes the network's state_dict whenever a validation is the best so far.

    Args:
        path: file to replace each time.
        network: whose weights are kept.
    """

    def __init__(self, path: str | Path, network: torch.nn.Module) -> None:
        self.path = Path(path)
        self.network = network

    def attach(self, engine: Engine) -> None:
        """Let the handler run after each validation of a MONAI evaluator, which compares its key metric first."""
        engine.add_event_handler(Events.EPOCH_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Write the weights if the validation that just ended is the best."""
        if engine.state.best_metric_epoch == engine.state.epoch:
            write_whole(self.network.state_dict(), self.path)


class BestMetric:
    """What an evaluator holds for its best validation, as a state that a checkpoint can keep.

    Args:
        evaluator: MONAI evaluator whose key metric chooses the best epoch.
    """

    def __init__(self, evaluator: Engine) -> None:
        self.state = evaluator.state

    def state_dict(self) -> dict[str, float]:
        """Return the best metric and its epoch."""
        return {"metric": self.state.best_metric, "epoch": self.state.best_metric_epoch}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Take the best metric and its epoch from an earlier run."""
        self.state.best_metric, self.state.best_metric_epoch = state["metric"], state["epoch"]


class InitialWeights:
    """Handler that lets a training begin from given weights.

    Args:
        path: file with a state_dict of the network.
        networks: that take the weights: the one that is trained, and an average of it.
    """

    def __init__(self, path: str | Path, networks: Sequence[torch.nn.Module]) -> None:
        self.path = Path(path)
        self.networks = networks

    def attach(self, engine: Engine) -> None:
        """Let the handler run where a trainer starts."""
        engine.add_event_handler(Events.STARTED, self)

    def __call__(self, engine: Engine) -> None:
        """Load the weights."""
        for network in self.networks:
            load_states(self.path, {"network": network}, engine)
        logger.info("Beginning from the weights %s", self.path)
