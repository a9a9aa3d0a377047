"""The average that looks back over the last steps."""

from __future__ import annotations

import copy

import pytest
import torch

from custom.errors import BadInput
from custom.networks.dynamic_unet import DynamicUNet
from custom.training.moving_average import MovingAverage
from tests.training.engines import Line, batches, trainer_of


def test_it_is_the_weighted_mean_of_all_steps() -> None:
    """Steps reach 2, 3, 3.5: each halves the distance to 4."""
    network = Line()
    average = copy.deepcopy(network)
    trainer_of(network, batches(4.0, 4.0, 4.0), [MovingAverage(network, average, 0.5)]).run()
    assert network.weight.item() == pytest.approx(3.5)
    assert average.weight.item() == pytest.approx(0 / 8 + 2 / 8 + 3 / 4 + 3.5 / 2)


def test_marks_of_a_network_are_not_averaged() -> None:
    network = DynamicUNet(n_filters=2, n_dense_convolutions=1)
    average = copy.deepcopy(network)
    MovingAverage(network, average, 0.9)()
    network.load_state_dict(average.state_dict())
    assert average.get_buffer("dense_connection").dtype == torch.bool


@pytest.mark.parametrize("decay", [0.0, 1.0, 1.5, -0.1, 1, "slow"])
def test_a_decay_out_of_its_range_is_refused(decay: object) -> None:
    with pytest.raises(BadInput, match="ema_decay must lie between 0 and 1"):
        MovingAverage(Line(), Line(), decay)
