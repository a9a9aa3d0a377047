"""The table of a training's epochs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from monai.handlers import ValidationHandler

from custom.errors import BadInput
from custom.training.checkpoints import LastCheckpoint
from custom.training.curve import CurvePoint, LearningCurve, read_curve, write_curve
from custom.training.progress import Progress
from tests.training.engines import Line, batches, evaluator_of, trainer_of

LABELS = (4.0, 4.0)


def train(folder: Path, n_epochs: int, *, done: int = 0, interval: int = 1) -> list[CurvePoint]:
    """Train in steps of 3 volumes, each halving the distance to 4, and return the curve."""
    network = Line()
    evaluator = evaluator_of(network, batches(4.0), [])
    progress = Progress(epoch=done, iteration=len(LABELS) * done)
    handlers = [
        ValidationHandler(interval, evaluator),
        LearningCurve(folder / "curve.csv", evaluator, batch_size=3),
        LastCheckpoint(folder / "last.pt", {"network": network}, progress, {}),
    ]
    trainer_of(network, batches(*LABELS), handlers, max_epochs=n_epochs).run()
    return read_curve(folder / "curve.csv")


def without_seconds(curve: list[CurvePoint]) -> list[tuple]:
    return [(p.epoch, p.volumes, p.training_loss, p.validation_loss) for p in curve]


def test_it_holds_what_each_epoch_reached(tmp_path: Path) -> None:
    curve = train(tmp_path, 2)
    first = (4.0**2 + 2.0**2) / 2  # before each step
    assert without_seconds(curve) == [
        (1, 6, first, 1.0),
        (2, 12, first / 16, 1 / 16),
    ]  # a quarter of the distance is left
    assert all(0 <= point.seconds < 60 for point in curve)


def test_epochs_without_validation_say_so(tmp_path: Path) -> None:
    losses = [point.validation_loss for point in train(tmp_path, 4, interval=2)]
    assert losses == [None, pytest.approx(1 / 16), None, pytest.approx(1 / 4096)]


def test_continued_it_is_that_of_one_training(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = train(tmp_path / "whole", 4)
    train(tmp_path, 2)
    assert without_seconds(train(tmp_path, 4, done=2)) == without_seconds(whole)


def test_the_line_of_an_epoch_that_is_repeated_is_replaced(tmp_path: Path) -> None:
    """Killed behind the curve but before the checkpoint, a run repeats the epoch."""
    train(tmp_path, 2)
    curve = read_curve(tmp_path / "curve.csv")
    lost = CurvePoint(epoch=3, volumes=18, training_loss=9, validation_loss=9, validation_imbv_error=None, seconds=0)
    write_curve(tmp_path / "curve.csv", [*curve, lost])
    again = train(tmp_path, 3, done=2)
    assert [point.epoch for point in again] == [1, 2, 3]
    assert again[2].validation_loss == pytest.approx(1 / 256)


def test_begun_anew_it_begins_anew(tmp_path: Path) -> None:
    train(tmp_path, 3)
    assert [point.epoch for point in train(tmp_path, 1)] == [1]


def test_numbers_come_back_as_they_went(tmp_path: Path) -> None:
    point = CurvePoint(
        epoch=7,
        volumes=210,
        training_loss=math.pi,
        validation_loss=1 / 3,
        validation_imbv_error=math.nextafter(0.1, 1),
        seconds=12.5,
    )
    write_curve(tmp_path / "curve.csv", [point])
    assert read_curve(tmp_path / "curve.csv") == [point]


@pytest.mark.parametrize("content", [None, "epoch,loss\n1,2\n", "epoch,volumes,training_loss\none,2,3\n"])
def test_another_table_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "curve.csv").write_text(content)
    with pytest.raises(BadInput, match=r"curve\.csv must be the learning curve of a training"):
        read_curve(tmp_path / "curve.csv")
