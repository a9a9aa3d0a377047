"""The learning curve of a training, as a table that is whole after every epoch."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ignite.engine import Engine, Events

from custom.errors import BadInput
from custom.training.checkpoints import whole_file


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """What an epoch reached.

    Args:
        epoch: its number, from 1.
        volumes: seen by the end of it, augmented ones each counted.
        training_loss: mean over its steps.
        validation_loss: on whole volumes; None without a validation in this epoch.
        validation_imbv_error: mean absolute error of IMBV against the reference; None likewise.
        seconds: that it took, its validation included.
    """

    epoch: int
    volumes: int
    training_loss: float
    validation_loss: float | None
    validation_imbv_error: float | None
    seconds: float


class LearningCurve:
    """Handler that adds a line to a table after every epoch, after those of earlier epochs that stand there.

    It belongs after the validation. A run that continues an interrupted one replaces the line of the epoch that it
    repeats; one that begins anew replaces all.

    Args:
        path: file of comma-separated values.
        evaluator: of the validation studies, with the metrics `val_loss` and `val_imbv_error`.
        batch_size: volumes a step, over all processes.
    """

    def __init__(self, path: str | Path, evaluator: Engine, batch_size: int) -> None:
        self.path = Path(path)
        self.evaluator = evaluator
        self.batch_size = batch_size
        self._started = 0.0

    def attach(self, engine: Engine) -> None:
        """Let the handler time and note each epoch of a trainer with the metric `train_loss`."""
        engine.add_event_handler(Events.EPOCH_STARTED, self.start)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self.write)

    def start(self) -> None:
        """Take the time at which an epoch begins."""
        self._started = time.perf_counter()

    def write(self, engine: Engine) -> None:
        """Note an epoch that just ended."""
        state, validation = engine.state, self.evaluator.state
        measured = validation.metrics if validation.epoch == state.epoch else {}
        point = CurvePoint(
            epoch=state.epoch,
            volumes=state.iteration * self.batch_size,
            training_loss=state.metrics["train_loss"],
            validation_loss=measured.get("val_loss"),
            validation_imbv_error=measured.get("val_imbv_error"),
            seconds=round(time.perf_counter() - self._started, 3),
        )
        earlier = read_curve(self.path) if self.path.exists() else []
        write_curve(self.path, [*(line for line in earlier if line.epoch < point.epoch), point])


def write_curve(path: Path, points: Iterable[CurvePoint]) -> None:
    """Write a learning curve, whole or not at all.

    Raises:
        BadInput: the file cannot be written.
    """
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(CurvePoint)])
        table.writeheader()
        table.writerows(asdict(point) for point in points)


def read_curve(path: Path) -> list[CurvePoint]:
    """Read a learning curve.

    Raises:
        BadInput: no such file, or another table.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [_point(line) for line in csv.DictReader(file)]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path} must be the learning curve of a training ({error!r}); was it changed?") from error


def _point(line: dict[str, str]) -> CurvePoint:
    return CurvePoint(
        epoch=int(line["epoch"]),
        volumes=int(line["volumes"]),
        training_loss=float(line["training_loss"]),
        validation_loss=float(line["validation_loss"]) if line["validation_loss"] else None,
        validation_imbv_error=float(line["validation_imbv_error"]) if line["validation_imbv_error"] else None,
        seconds=float(line["seconds"]),
    )
