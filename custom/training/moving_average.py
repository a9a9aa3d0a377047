"""A moving average of the weights, beside those that training changes."""

from __future__ import annotations

import torch
from ignite.engine import Engine, Events
from torch.optim.swa_utils import get_ema_multi_avg_fn

from custom.errors import BadInput


class MovingAverage:
    """Handler that averages the weights exponentially.

        average ← decay · average + (1 − decay) · weights    after every step

    Args:
        network: whose weights training changes.
        average: another such network, which gets the average and begins with the same weights.
        decay: between 0 and 1; the average looks back over about 1 / (1 − decay) steps.

    Raises:
        BadInput: the decay lies outside its range.
    """

    def __init__(self, network: torch.nn.Module, average: torch.nn.Module, decay: float) -> None:
        if not isinstance(decay, float) or not 0 < decay < 1:
            raise BadInput(f"ema_decay must lie between 0 and 1, got {decay!r}; 0.99 looks back over about 100 steps")
        self.weights = list(network.parameters())
        self.average = list(average.parameters())
        self.update = get_ema_multi_avg_fn(decay)

    def attach(self, engine: Engine) -> None:
        """Let the handler run after each step of a trainer."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self)

    def __call__(self) -> None:
        """Take the weights of a step into the average."""
        self.update(self.average, self.weights, 1)
