"""Ends before the last epoch: a loss that is not finite, Ctrl-C."""

from __future__ import annotations

import logging

import pytest
from ignite.engine import Events
from monai.handlers import StatsHandler, ValidationHandler

from custom.errors import BadInput
from custom.training.endings import Patience, TidyEnd
from tests.training.engines import Line, batches, evaluator_of, trainer_of

NAN = float("nan")


def test_a_loss_that_is_not_finite_ends_training_before_it_reaches_the_weights() -> None:
    network = Line()
    trainer = trainer_of(network, batches(4.0, NAN, 4.0), [TidyEnd()])
    with pytest.raises(BadInput, match="training loss must stay finite, got nan in epoch 1, step 2"):
        trainer.run()
    assert network.weight.item() == 2.0


def test_a_validation_that_cannot_tell_good_from_bad_ends_training() -> None:
    evaluator = evaluator_of(Line(), batches(1.0, NAN), [TidyEnd()])
    trainer = trainer_of(Line(), batches(1.0), [TidyEnd(), ValidationHandler(1, evaluator)])
    with pytest.raises(BadInput, match="val_loss must be finite, got nan after epoch 1"):
        trainer.run()


def test_no_traceback_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    trainer = trainer_of(Line(), batches(NAN), [TidyEnd(), StatsHandler(iteration_log=False, name="stats")])
    with pytest.raises(BadInput):
        trainer.run()
    assert not [record for record in caplog.records if record.exc_info]


def test_an_interruption_ends_with_the_status_of_ctrl_c(caplog: pytest.LogCaptureFixture) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    evaluator = evaluator_of(Line(), batches(1.0), [TidyEnd()])
    evaluator.add_event_handler(Events.ITERATION_COMPLETED, interrupt)
    trainer = trainer_of(Line(), batches(1.0), [TidyEnd(), ValidationHandler(1, evaluator)])
    with pytest.raises(SystemExit) as caught:
        trainer.run()
    assert caught.value.code == 130
    assert "Interrupted in epoch 1" in caplog.text


def epochs_with(patience: int, *, interval: int = 1) -> int:
    """Train until the end; the validation loss falls to epoch 3, where the weight passes 3.5, and rises behind it."""
    network = Line()
    evaluator = evaluator_of(network, batches(3.5), [])
    handlers = [ValidationHandler(interval, evaluator), Patience(patience, evaluator)]
    trainer = trainer_of(network, batches(4.0), handlers, max_epochs=20)
    trainer.run()
    return trainer.state.epoch


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_training_ends_so_many_epochs_after_the_best(patience: int) -> None:
    assert epochs_with(patience) == 3 + patience


def test_epochs_count_also_without_a_validation_of_their_own() -> None:
    assert epochs_with(3, interval=2) == 4 + 3  # 3.75 after epoch 4 is nearer than 3 after 2 and 3.94 after 6


@pytest.mark.parametrize("patience", [0, 2.5, "long"])
def test_a_patience_that_is_none_is_refused(patience: object) -> None:
    with pytest.raises(BadInput, match="patience must be a whole number from 1"):
        Patience(patience, evaluator_of(Line(), batches(1.0), []))
