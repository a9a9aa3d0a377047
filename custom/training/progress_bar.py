"""A progress bar of each epoch."""

from __future__ import annotations

from ignite.engine import Engine, Events
from ignite.handlers import ProgressBar
from monai.handlers import from_engine


class LossBar(ProgressBar):
    """Ignite's progress bar with the loss of each step, which clears its line when training ends early.

    It belongs before handlers that raise errors, so that these stand on a line of their own.
    """

    def attach(self, engine: Engine) -> None:
        """Let the bar follow a MONAI trainer, which gives the loss of a step with each of its volumes."""
        loss = from_engine(["loss"], first=True)
        super().attach(engine, output_transform=lambda output: {"loss": loss(output)})
        engine.add_event_handler(Events.EXCEPTION_RAISED, self.clear)

    def clear(self, engine: Engine, error: BaseException) -> None:  # noqa: ARG002
        """Take the bar off the screen."""
        if self.pbar is not None:
            self.pbar.close()
