"""Steps whose gradient is cut to a greatest length."""

from __future__ import annotations

import pytest
import torch

from custom.errors import BadInput
from custom.training.gradients import ClipGradients
from tests.training.engines import Line, batches, trainer_of


@pytest.mark.parametrize(
    ("clip_norm", "reached"),
    [
        (100.0, 2.0),  # the gradient at 0 is 2 (0 − 4) = −8, the rate ¼
        (8.0, 2.0),
        (2.0, 0.5),
        (1, 0.25),
    ],
)
def test_a_step_is_as_long_as_it_may_be(clip_norm: float, reached: float) -> None:
    network = Line()
    trainer_of(network, batches(4.0), [ClipGradients(network, clip_norm)]).run()
    assert network.weight.item() == pytest.approx(reached)


def test_the_direction_over_all_weights_stays() -> None:
    network = torch.nn.ModuleList([Line(), Line()])
    for line, gradient in zip(network, (3.0, 4.0), strict=True):
        line.weight.grad = torch.tensor([gradient])
    ClipGradients(network, 1.0)()
    assert [line.weight.grad.item() for line in network] == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize("clip_norm", [0, -1.0, "some"])
def test_a_length_that_is_none_is_refused(clip_norm: object) -> None:
    with pytest.raises(BadInput, match="clip_norm must be a number above 0"):
        ClipGradients(Line(), clip_norm)
