"""How a training ends before its last epoch, with every finished epoch kept."""

from __future__ import annotations

import logging
import math

from ignite.engine import Engine, Events
from monai.engines import IterationEvents, Trainer

from custom.errors import BadInput
from custom.settings import check_whole

logger = logging.getLogger(__name__)
INTERRUPTED = 130  # exit status of programs that Ctrl-C ended


class TidyEnd:
    """Handler that ends training where its loss is no longer finite, and after Ctrl-C.

    It belongs first among the handlers of trainer and evaluator: before any weights of such a loss are written, and
    before MONAI's `StatsHandler`, which prints a traceback.
    """

    def attach(self, engine: Engine) -> None:
        """Let the handler watch a MONAI trainer or evaluator."""
        if isinstance(engine, Trainer):
            engine.add_event_handler(IterationEvents.LOSS_COMPLETED, self.check_training_loss)
        else:
            engine.add_event_handler(Events.EPOCH_COMPLETED, self.check_key_metric)
        engine.add_event_handler(Events.EXCEPTION_RAISED, self.end)

    def check_training_loss(self, engine: Engine) -> None:
        """Refuse a loss before it reaches the weights."""
        loss = engine.state.output["loss"].item()
        if not math.isfinite(loss):
            raise BadInput(
                f"the training loss must stay finite, got {loss} in epoch {engine.state.epoch}, "
                f"step {engine.state.iteration}; lower learning_rate, or look for NaN in the cohort"
            )

    def check_key_metric(self, engine: Engine) -> None:
        """Refuse a validation that could not tell good from bad."""
        name = engine.state.key_metric_name
        value = engine.state.metrics[name]
        if not math.isfinite(value):
            raise BadInput(
                f"{name} must be finite, got {value} after epoch {engine.state.epoch}; "
                "lower learning_rate, or look for NaN or empty regions in the validation studies"
            )

    def end(self, engine: Engine, error: BaseException) -> None:
        """Pass an error on as it is, and end quietly after Ctrl-C."""
        if isinstance(error, KeyboardInterrupt):
            logger.warning(
                "Interrupted in epoch %d; with resume, the default, the same command begins this epoch anew",
                engine.state.epoch,
            )
            raise SystemExit(INTERRUPTED) from None
        raise error


class Patience:
    """Handler that ends training after so many epochs without a better validation.

    Ignite's and MONAI's handlers count validations, and forget their count when a training is continued; the best epoch
    is in the checkpoint. It belongs between the validation and `LastCheckpoint`, which notes that training has ended.

    Args:
        patience: epochs.
        evaluator: MONAI evaluator whose key metric tells which epoch is the best.

    Raises:
        BadInput: no whole number of epochs.
    """

    def __init__(self, patience: int, evaluator: Engine) -> None:
        check_whole(patience=patience)
        self.patience = patience
        self.evaluator = evaluator

    def attach(self, engine: Engine) -> None:
        """Let the handler run after each epoch of a trainer."""
        engine.add_event_handler(Events.EPOCH_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """End training if the best epoch is too long ago."""
        best_epoch = self.evaluator.state.best_metric_epoch
        if best_epoch > 0 and engine.state.epoch - best_epoch >= self.patience:
            logger.info("No better validation since epoch %d: training ends", best_epoch)
            engine.terminate()
