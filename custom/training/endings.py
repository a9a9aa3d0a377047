"""How a training ends before its last epoch: in one line, with every finished epoch kept."""

from __future__ import annotations

import logging
import math

from ignite.engine import Engine, Events
from monai.engines import IterationEvents, Trainer

from custom.errors import BadInput

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
            logger.warning("Interrupted in epoch %d; the same command begins this epoch anew", engine.state.epoch)
            raise SystemExit(INTERRUPTED) from None
        raise error
