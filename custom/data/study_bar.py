"""A progress bar of the studies that are corrected."""

from __future__ import annotations

from ignite.engine import Engine, Events
from tqdm import tqdm


class StudyBar:
    """Show how many studies are done, from the start of the first; it belongs after handlers that finish a study."""

    def attach(self, engine: Engine) -> None:
        """Follow an evaluator that gets one study an iteration."""
        engine.add_event_handler(Events.STARTED, self.open)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self.step)
        engine.add_event_handler(Events.COMPLETED, self.close)

    def open(self, engine: Engine) -> None:
        """Put the bar on the screen."""
        self.bar = tqdm(total=engine.state.epoch_length, desc="correcting studies", unit="study")

    def step(self) -> None:
        """Count a study."""
        self.bar.update()

    def close(self) -> None:
        """Leave the bar as it is."""
        self.bar.close()
