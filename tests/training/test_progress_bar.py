"""The progress bar, as it stands on the screen."""

from __future__ import annotations

import pytest

from custom.errors import BadInput
from custom.training.endings import TidyEnd
from custom.training.progress_bar import LossBar
from tests.training.engines import Line, batches, trainer_of


def test_it_shows_epoch_step_and_loss(capsys: pytest.CaptureFixture) -> None:
    trainer_of(Line(), batches(4.0, 4.0), [LossBar(mininterval=0)], max_epochs=3).run()
    shown = capsys.readouterr().err
    assert "Epoch [3/3]: [2/2]" in shown
    assert "loss=16" in shown  # (4 − 0)² before the first step


def test_an_error_finds_an_empty_line(capsys: pytest.CaptureFixture) -> None:
    trainer = trainer_of(Line(), batches(4.0, float("nan")), [LossBar(), TidyEnd()])
    with pytest.raises(BadInput):
        trainer.run()
    last = capsys.readouterr().err.split("\r")[-2:]
    assert last[0].strip() == last[1] == ""
