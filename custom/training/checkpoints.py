"""Files from which an interrupted training continues, and the weights of its best epoch; whole or not there at all."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

import torch
from ignite.engine import Engine, Events
from monai.handlers import CheckpointLoader

from custom.errors import BadInput

logger = logging.getLogger(__name__)
TRAINER = "trainer"  # name of the engine's own state: epochs and steps done


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an earlier run came: nothing, where there was none or it is not to be continued."""

    epoch: int = 0
    iteration: int = 0

    @property
    def resumed(self) -> bool:
        """Whether there is something to continue from."""
        return self.epoch > 0


def read_progress(checkpoint: str | Path, *, resume: bool, overwrite: bool) -> Progress:
    """Find out where training starts.

    Args:
        checkpoint: file that `LastCheckpoint` writes.
        resume: whether to continue from the file if it is there.
        overwrite: whether a training may begin anew although the file is there.

    Raises:
        BadInput: the file is damaged, or neither to be continued nor to be overwritten.
    """
    path = Path(checkpoint)
    if not path.exists() or (overwrite and not resume):
        return Progress()
    if not resume:
        raise BadInput(f"{path} holds a training; set resume or overwrite to true, or choose another output_dir")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)[TRAINER]
        return Progress(epoch=state["iteration"] // state["epoch_length"], iteration=state["iteration"])
    except Exception as error:
        reason = shorten(str(error), 200, placeholder=" …")
        raise BadInput(f"{path} must be a checkpoint of a training ({reason}); begin in another output_dir") from error


def write_whole(state: Mapping[str, Any], path: Path) -> None:
    """Write a state under a temporary name and move it into place, so that the file is always a whole one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, partial)
        partial.replace(path)
    except OSError as error:
        raise BadInput(f"output_dir must be writable and have space, got {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def load_states(path: Path, objects: dict[str, Any], engine: Engine) -> None:
    """Restore objects from a file, or say in one line why it does not fit them.

    Raises:
        BadInput: no such file, or states of other objects.
    """
    try:
        CheckpointLoader(str(path), objects, map_location=engine.state.device)(engine)
    except Exception as error:
        reason = shorten(str(error), 200, placeholder=" …")
        raise BadInput(
            f"{path} must hold weights and settings of this training ({reason}); "
            "was it made with another network or for more epochs?"
        ) from error


class LastCheckpoint:
    """Handler that writes, after every epoch, all that the next one depends on, and continues from there.

    Args:
        path: file to replace each time.
        objects: what to keep beside the trainer's own state, by name; each has `state_dict` and `load_state_dict`.
        progress: of the earlier run, from `read_progress`.
    """

    def __init__(self, path: str | Path, objects: Mapping[str, Any], progress: Progress) -> None:
        self.path = Path(path)
        self.objects = dict(objects)
        self.progress = progress

    def attach(self, engine: Engine) -> None:
        """Let the handler run where a trainer starts and after each of its epochs."""
        if self.progress.resumed:
            engine.add_event_handler(Events.STARTED, self.restore)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self.write)

    def restore(self, engine: Engine) -> None:
        """Give the trainer and all objects the state they had after the last finished epoch."""
        steps = engine.state.epoch_length
        load_states(self.path, {**self.objects, TRAINER: engine}, engine)
        if engine.state.epoch_length != steps:
            raise BadInput(
                f"training continues with the studies and batch size it began with: {self.path} has "
                f"{engine.state.epoch_length} steps an epoch, now there are {steps}; begin in another output_dir"
            )
        logger.info("Continuing after epoch %d of %s", engine.state.epoch, self.path)

    def write(self, engine: Engine) -> None:
        """Keep the state after an epoch."""
        state = {name: item.state_dict() for name, item in self.objects.items()}
        write_whole({**state, TRAINER: engine.state_dict()}, self.path)


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

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the best metric and its epoch from an earlier run."""
        self.state.best_metric, self.state.best_metric_epoch = state["metric"], state["epoch"]


class InitialWeights:
    """Handler that lets a training begin from given weights.

    Args:
        path: file with a state_dict of the network.
        network: that takes the weights.
    """

    def __init__(self, path: str | Path, network: torch.nn.Module) -> None:
        self.path = Path(path)
        self.network = network

    def attach(self, engine: Engine) -> None:
        """Let the handler run where a trainer starts."""
        engine.add_event_handler(Events.STARTED, self)

    def __call__(self, engine: Engine) -> None:
        """Load the weights."""
        load_states(self.path, {"network": self.network}, engine)
        logger.info("Beginning from the weights %s", self.path)
