"""The file from which an interrupted training continues; whole or not there at all."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import Any

import torch
from ignite.engine import Engine, Events
from monai.handlers import CheckpointLoader

from custom.errors import BadInput
from custom.leftovers import remove_leftovers
from custom.training.progress import ENDED, SETTINGS, TRAINER, Progress

logger = logging.getLogger(__name__)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Lend a name to write a file under; when written it moves into place, so that the file is always a whole one.

    Args:
        path: file to replace.

    Raises:
        BadInput: the file cannot be written.
    """
    remove_leftovers(path.parent, f".{path.name}.*.partial")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.", suffix=".partial") as folder:
            partial = Path(folder, path.name)  # unlike a temporary file, one that others may read where they may
            yield partial
            partial.replace(path)
    except (OSError, RuntimeError) as error:
        raise BadInput(f"{path} cannot be written ({error}); is the disk full?") from error


def write_whole(state: Mapping[str, Any], path: Path) -> None:
    """Write a state, whole or not at all.

    Raises:
        BadInput: the file cannot be written.
    """
    with whole_file(path) as partial:
        torch.save(state, partial)


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
            f"{path} must fit the network of this training ({reason}); was it made with another network, "
            "for more epochs, or is it something else?"
        ) from error


class LastCheckpoint:
    """Handler that writes, after every epoch, all that the next one depends on, and continues from there.

    Args:
        path: file to replace each time.
        objects: what to keep beside the trainer's own state, by name; each has `state_dict` and `load_state_dict`.
        progress: of the earlier run, from `custom.training.progress.open_training`.
        settings: of the training, by name, which a run that continues it must have too; numbers, texts, lists of them.
        writes: whether this process writes; of several one should, and all continue from the file.
    """

    def __init__(
        self,
        path: str | Path,
        objects: Mapping[str, Any],
        progress: Progress,
        settings: Mapping[str, Any],
        writes: bool = True,
    ) -> None:
        self.path = Path(path)
        self.objects = dict(objects)
        self.progress = progress
        self.settings = dict(settings)
        self.writes = writes

    def attach(self, engine: Engine) -> None:
        """Let the handler run where a trainer starts and after each of its epochs."""
        engine.add_event_handler(Events.STARTED, self.restore if self.progress.resumed else self.remove)
        if self.writes:
            engine.add_event_handler(Events.EPOCH_COMPLETED, self.write)

    def restore(self, engine: Engine) -> None:
        """Give the trainer and all objects the state they had after the last finished epoch."""
        steps = engine.state.epoch_length
        load_states(self.path, {**self.objects, TRAINER: engine}, engine)
        if engine.state.epoch_length != steps:
            raise BadInput(
                f"training continues with the studies it began with: {self.path} has "
                f"{engine.state.epoch_length} steps an epoch, now there are {steps}; begin in another output_dir"
            )
        logger.info("Continuing after epoch %d of %s", engine.state.epoch, self.path)
        if self.progress.finished:
            engine.terminate()

    def remove(self) -> None:
        """Remove an earlier training's file, or the next run would continue what this one replaces."""
        if self.writes:
            self.path.unlink(missing_ok=True)

    def write(self, engine: Engine) -> None:
        """Keep the state after an epoch."""
        state = {name: item.state_dict() for name, item in self.objects.items()}
        ended = {ENDED: engine.should_terminate}
        write_whole({**state, **ended, SETTINGS: self.settings, TRAINER: engine.state_dict()}, self.path)
