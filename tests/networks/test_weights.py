import pickle

import pytest
import torch
from torch import nn

from custom.errors import BadInput
from custom.networks.dynamic_unet import DynamicUNet
from custom.networks.weights import load_weights, without_weights


def network(width=3):
    return nn.Sequential(nn.Conv3d(1, width, 1), nn.Conv3d(width, 1, 1))


def test_weights_reach_the_network(tmp_path):
    trained = network()
    torch.save(trained.state_dict(), tmp_path / "model.pt")
    loaded = load_weights(network(), tmp_path / "model.pt")
    for name, value in trained.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(BadInput, match=r"no file .*model\.pt"):
        load_weights(network(), tmp_path / "model.pt")


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04 cut short"])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    (tmp_path / "model.pt").write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read as one"):
        load_weights(network(), tmp_path / "model.pt")


def test_weights_cut_short_are_refused(tmp_path):
    torch.save(network().state_dict(), tmp_path / "whole.pt")
    whole = (tmp_path / "whole.pt").read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        (tmp_path / "model.pt").write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(BadInput, match="cut short"):
            load_weights(network(), tmp_path / "model.pt")


def test_a_pickled_program_is_not_run(tmp_path):
    torch.save(network(), tmp_path / "model.pt")
    with pytest.raises(BadInput, match="state_dict"):
        load_weights(network(), tmp_path / "model.pt")


@pytest.mark.parametrize("content", [{"network": network().state_dict(), "epoch": 3}, [torch.ones(2)], torch.ones(2)])
def test_what_is_no_plain_state_dict_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "model.pt")
    with pytest.raises(BadInput, match="plain state_dict"):
        load_weights(network(), tmp_path / "model.pt")


@pytest.mark.parametrize("other", [network(4), nn.Sequential(nn.Conv3d(1, 3, 1)), nn.Conv3d(1, 1, 1)])
def test_weights_of_another_network_are_refused_in_one_line(tmp_path, other):
    torch.save(other.state_dict(), tmp_path / "model.pt")
    with pytest.raises(BadInput, match=r"differs in \d of \d tensors .*another network") as refusal:
        load_weights(network(), tmp_path / "model.pt")
    assert "\n" not in str(refusal.value)


def test_weights_of_a_diverged_training_are_refused(tmp_path):
    weights = network().state_dict()
    weights["0.bias"][0] = torch.nan
    torch.save(weights, tmp_path / "model.pt")
    with pytest.raises(BadInput, match="NaN"):
        load_weights(network(), tmp_path / "model.pt")


def test_a_device_that_is_not_there_is_refused(tmp_path):
    torch.save(network().state_dict(), tmp_path / "model.pt")
    with pytest.raises(BadInput, match="device must be there, got cuda:99"):
        load_weights(network(), tmp_path / "model.pt", "cuda:99")


def test_a_network_travels_without_its_weights_and_takes_them_where_it_arrives(tmp_path):
    trained = DynamicUNet(n_filters=4)
    torch.save(trained.state_dict(), tmp_path / "model.pt")
    light = pickle.dumps(without_weights(trained))
    assert len(light) < len(pickle.dumps(trained)) / 2
    arrived = load_weights(pickle.loads(light), tmp_path / "model.pt")
    image = torch.rand(1, 1, 31, 31, 3)
    assert torch.equal(arrived(image), trained(image))


def test_weights_of_another_precision_become_the_networks(tmp_path):
    torch.save(network().half().state_dict(), tmp_path / "model.pt")
    loaded = load_weights(network(), tmp_path / "model.pt")
    assert {value.dtype for value in loaded.state_dict().values()} == {torch.float32}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda value: value.to(torch.float64) * 1e200, "finite in the network's precision"),
        (lambda value: (value * 100).to(torch.int8), "dense floating-point numbers, got torch.int8"),
        (lambda value: value.to(torch.complex64), "dense floating-point numbers, got torch.complex64"),
        (lambda value: value.to_sparse(), "dense floating-point numbers"),
    ],
    ids=["too large", "whole numbers", "complex", "sparse"],
)
def test_numbers_that_the_network_cannot_hold_are_refused(tmp_path, change, said):
    torch.save({name: change(value) for name, value in network().state_dict().items()}, tmp_path / "model.pt")
    with pytest.raises(BadInput, match=said):
        load_weights(network(), tmp_path / "model.pt")
