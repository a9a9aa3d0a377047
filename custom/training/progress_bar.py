"""A progress bar of each epoch."""

from __future__ import annotations

from ignite.engine import Engine, Events
from ignite.handlers import ProgressBar


class LossBar(ProgressBar):
    """Ignite's progress bar with the loss of each step, which clears its line when training ends early.

    It belongs before handlers that raise errors, so that these stand on a line of their own.
    """

    def attach(self, engine: Engine) -> None:
        """Let the bar follow a trainer."""
        super().attach(engine, output_transform=lambda output: {"loss": output["loss"].item()})
        engine.add_event_handler(Events.EXCEPTION_RAISED, self.clear)

    def clear(self, engine: Engine, error: BaseException) -> None:  # noqa: ARG002
        """Take the bar off the screen."""
        if self.pbar is not None:
            self.pbar.close()
