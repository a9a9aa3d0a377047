"""A trainer and an evaluator of one weight, for tests of handlers."""

from __future__ import annotations

import operator

import torch
from ignite.metrics import Average, Loss
from monai.engines import SupervisedEvaluator, SupervisedTrainer
from monai.handlers import from_engine


class Line(torch.nn.Module):
    """y = w x, with the weight at the start at 0."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weight * x


def batches(*labels: float) -> list[dict[str, torch.Tensor]]:
    return [{"image": torch.ones(1, 1), "label": torch.full((1, 1), label)} for label in labels]


def trainer_of(network: torch.nn.Module, data: list, handlers: list, *, max_epochs: int = 1) -> SupervisedTrainer:
    """Gradient descent on a squared error, with rate ¼: each step halves the distance to the label."""
    return SupervisedTrainer(
        device="cpu",
        max_epochs=max_epochs,
        train_data_loader=data,
        network=network,
        optimizer=torch.optim.SGD(network.parameters(), lr=0.25),
        loss_function=torch.nn.MSELoss(),
        key_train_metric={"train_loss": Average(output_transform=from_engine(["loss"], first=True))},
        metric_cmp_fn=operator.lt,
        train_handlers=handlers,
    )


def evaluator_of(network: torch.nn.Module, data: list, handlers: list) -> SupervisedEvaluator:
    return SupervisedEvaluator(
        device="cpu",
        val_data_loader=data,
        network=network,
        key_val_metric={"val_loss": Loss(torch.nn.MSELoss(), output_transform=from_engine(["pred", "label"]))},
        metric_cmp_fn=operator.lt,
        val_handlers=handlers,
        decollate=False,
    )
