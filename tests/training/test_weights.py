"""The weights a training begins with and the best it reaches."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from custom.errors import BadInput
from custom.networks.dynamic_unet import DynamicUNet
from custom.training.weights import BestMetric, BestWeights, InitialWeights
from tests.training.engines import Line, batches, evaluator_of, trainer_of


def test_the_weights_of_the_smallest_loss_stay(tmp_path: Path) -> None:
    network = Line()
    evaluator = evaluator_of(network, batches(1.0), [BestWeights(tmp_path / "model.pt", network)])
    for epoch, weight in enumerate([3.0, 0.5, 1.2, 4.0], start=1):
        network.weight.data.fill_(weight)
        evaluator.run(epoch)
    assert torch.load(tmp_path / "model.pt", weights_only=True) == {"weight": torch.tensor([1.2])}
    assert evaluator.state.best_metric_epoch == 3


def test_a_continued_training_knows_the_best_so_far(tmp_path: Path) -> None:
    network = Line()
    earlier = evaluator_of(network, batches(1.0), [])
    network.weight.data.fill_(0.9)
    earlier.run(1)
    later = evaluator_of(network, batches(1.0), [BestWeights(tmp_path / "model.pt", network)])
    BestMetric(later).load_state_dict(BestMetric(earlier).state_dict())
    network.weight.data.fill_(0.5)
    later.run(2)
    assert not (tmp_path / "model.pt").exists()
    assert later.state.best_metric == pytest.approx(0.01)


def test_training_begins_with_given_weights(tmp_path: Path) -> None:
    torch.save({"weight": torch.tensor([5.0])}, tmp_path / "model.pt")
    network, average = Line(), Line()
    trainer_of(network, batches(1.0), [InitialWeights(tmp_path / "model.pt", [network, average])]).run()
    assert network.weight.item() == pytest.approx(3.0)  # one step halves the distance from 5 to 1
    assert average.weight.item() == 5.0


@pytest.mark.parametrize("state", [None, {"another": torch.zeros(3)}, {"weight": torch.zeros(2)}])
def test_weights_that_are_missing_or_do_not_fit_are_named(tmp_path: Path, state: dict | None) -> None:
    if state is not None:
        torch.save(state, tmp_path / "model.pt")
    network = Line()
    with pytest.raises(BadInput, match=r"model\.pt must fit the network"):
        trainer_of(network, batches(1.0), [InitialWeights(tmp_path / "model.pt", [network])]).run()


def test_training_does_not_begin_with_weights_of_another_connection(tmp_path: Path) -> None:
    small = {"n_filters": 2, "n_dense_convolutions": 1}
    torch.save(DynamicUNet(dense_connection=False, **small).state_dict(), tmp_path / "model.pt")
    network = DynamicUNet(dense_connection=True, **small)
    with pytest.raises(BadInput, match=r"model\.pt must fit the network.*dense_connection"):
        trainer_of(network, batches(1.0), [InitialWeights(tmp_path / "model.pt", [network])]).run()
