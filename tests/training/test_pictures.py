"""Pictures for TensorBoard, read back from its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from ignite.engine import Engine, Events
from matplotlib.figure import Figure
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

from custom.errors import BadInput
from custom.training.pictures import TAG, ValidationPictures

AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])


def validate(folder: Path, draw, *, interval: int, n_epochs: int) -> None:
    """Validate studies of constant value in several epochs."""
    label = torch.stack([torch.full((3, 3, 3), 2.0), torch.full((3, 3, 3), 5.0)])[None]
    study = {"image": torch.ones(1, 1, 3, 3, 3), "pred": torch.full((1, 1, 3, 3, 3), 3.0), "label": label}
    evaluator = Engine(lambda engine, batch: study)
    with SummaryWriter(folder) as writer:
        ValidationPictures(writer, draw, AFFINE, interval, "iterative Yang").attach(evaluator)
        evaluator.run([0], max_epochs=n_epochs)


def test_every_so_many_epochs_the_study_is_drawn_and_stands_in_the_file(tmp_path: Path) -> None:
    drawn = []

    def draw(volumes, affine, *, title, unit, regions) -> Figure:
        drawn.append(({name: float(volume.mean()) for name, volume in volumes.items()}, title, float(regions.mean())))
        assert affine is AFFINE
        return Figure(figsize=(1, 2), dpi=20)

    validate(tmp_path, draw, interval=2, n_epochs=5)
    values = {"iterative Yang": 2.0, "before": 1.0, "prediction": 3.0}
    assert drawn == [(values, f"{TAG} after epoch {epoch}", 5.0) for epoch in (2, 4)]
    images = EventAccumulator(str(tmp_path), size_guidance={"images": 0}).Reload().Images(TAG)
    assert [(image.step, image.width, image.height) for image in images] == [(2, 20, 40), (4, 20, 40)]


@pytest.mark.parametrize("interval", [0, 1.5, "often"])
def test_an_interval_is_a_whole_number(interval) -> None:
    with pytest.raises(BadInput, match="picture_interval must be a whole number from 1"):
        ValidationPictures(None, None, AFFINE, interval)


def test_it_runs_when_a_validation_has_ended() -> None:
    evaluator, pictures = Engine(lambda engine, batch: None), ValidationPictures(None, None, AFFINE, 1)
    pictures.attach(evaluator)
    assert evaluator.has_event_handler(pictures, Events.EPOCH_COMPLETED)
