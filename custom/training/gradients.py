"""Gradients on their way to the optimizer."""

from __future__ import annotations

import torch
from ignite.engine import Engine
from monai.engines import IterationEvents

from custom.settings import check_positive


class ClipGradients:
    """Handler that shortens the gradient of each step to a greatest length.

        g ← g · min(1, clip_norm / ‖g‖),   ‖g‖ over all weights together

    Args:
        network: whose gradients are clipped.
        clip_norm: the greatest length.

    Raises:
        BadInput: it is no positive number.
    """

    def __init__(self, network: torch.nn.Module, clip_norm: float) -> None:
        check_positive(clip_norm=clip_norm)
        self.network = network
        self.clip_norm = clip_norm

    def attach(self, engine: Engine) -> None:
        """Let the handler run between gradients and optimizer of a MONAI trainer."""
        engine.add_event_handler(IterationEvents.BACKWARD_COMPLETED, self)

    def __call__(self) -> None:
        """Clip the gradient of a step."""
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.clip_norm)
