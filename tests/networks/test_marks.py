"""What tells weights apart that have the same names and shapes."""

from __future__ import annotations

import copy
import re

import pytest
import torch

from custom.errors import BadInput
from custom.networks.dynamic_unet import DynamicUNet
from custom.networks.weights import load_weights

SWITCHES = {
    "U-net": {"dynamic": False, "dense_connection": False},
    "Dy-U": {"dynamic": True, "dense_connection": False},
    "DC-Dy-U": {"dynamic": True, "dense_connection": True},
}
SWAPPED = pytest.mark.parametrize(("trained", "used"), [("Dy-U", "DC-Dy-U"), ("DC-Dy-U", "Dy-U")])
MARKS = ("dense_connection", "kernel_scale")


def network(kind: str = "DC-Dy-U", kernel_scale: float | None = None) -> DynamicUNet:
    return DynamicUNet(n_filters=2, n_dense_convolutions=1, kernel_scale=kernel_scale, **SWITCHES[kind])


def without(mark: str, kind: str) -> dict[str, torch.Tensor]:
    return {name: value for name, value in network(kind).state_dict().items() if name != mark}


@pytest.mark.parametrize("kind", SWITCHES)
def test_weights_say_whether_they_are_densely_connected_and_come_back(kind, tmp_path):
    trained = network(kind)
    assert trained.state_dict()["dense_connection"].item() is (kind == "DC-Dy-U")
    torch.save(trained.state_dict(), tmp_path / "model.pt")
    loaded = load_weights(network(kind), tmp_path / "model.pt")
    assert torch.equal(loaded.output.weight, trained.output.weight)


def test_on_static_kernels_the_switch_has_no_effect_on_weights_either():
    static = DynamicUNet(n_filters=2, n_dense_convolutions=1, dynamic=False, dense_connection=True)
    static.load_state_dict(network("U-net").state_dict())


@pytest.mark.parametrize("kind", SWITCHES)
@pytest.mark.parametrize("kernel_scale", [None, 0.3, 1])
def test_weights_say_at_which_scale_their_kernels_are_used_and_come_back(kind, kernel_scale):
    as_printed = 1 if kind == "U-net" else 0.5
    weights = network(kind, kernel_scale).state_dict()
    assert weights["kernel_scale"].item() == pytest.approx(kernel_scale or as_printed)
    network(kind, kernel_scale).load_state_dict(weights)


@pytest.mark.parametrize("kind", SWITCHES)
def test_weights_of_another_scale_are_refused(kind, tmp_path):
    torch.save(network(kind, 0.75).state_dict(), tmp_path / "model.pt")
    with pytest.raises(BadInput, match=r"kernel_scale must be .* got 0.75. Set kernel_scale"):
        load_weights(network(kind), tmp_path / "model.pt")


def test_marks_are_no_parameters_and_stay_what_they_are_in_any_precision():
    net = network()
    assert not set(MARKS) & set(dict(net.named_parameters()))
    assert net.bfloat16().get_buffer("kernel_scale").item() == 0.5
    assert net.bfloat16().get_buffer("dense_connection").dtype == torch.bool


@SWAPPED
def test_weights_of_the_other_connection_are_refused_and_leave_the_network_as_it_was(trained, used, tmp_path):
    torch.save(network(trained).state_dict(), tmp_path / "model.pt")
    net = network(used)
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(BadInput, match=r"weights of another network.*Set dense_connection") as refusal:
        load_weights(net, tmp_path / "model.pt")
    assert str(tmp_path / "model.pt") in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


@SWAPPED
@pytest.mark.parametrize("strict", [True, False])
def test_pytorch_itself_does_not_load_them(trained, used, strict):
    with pytest.raises(BadInput, match="another network"):
        network(used).load_state_dict(network(trained).state_dict(), strict=strict)


def test_a_copy_of_a_network_refuses_them_too():
    with pytest.raises(BadInput, match="another network"):
        copy.deepcopy(network("Dy-U")).load_state_dict(network("DC-Dy-U").state_dict())


@pytest.mark.parametrize("kind", SWITCHES)
@pytest.mark.parametrize("mark", MARKS)
def test_weights_without_a_mark_are_refused(kind, mark, tmp_path):
    torch.save(without(mark, kind), tmp_path / "model.pt")
    reason = rf"{mark}.*older"
    with pytest.raises(BadInput, match=re.escape(str(tmp_path / "model.pt")) + f".*{reason}"):
        load_weights(network(kind), tmp_path / "model.pt")
    with pytest.raises(BadInput, match=reason):
        network(kind).load_state_dict(without(mark, kind))


def test_a_scripted_network_carries_the_marks():
    weights = torch.jit.script(network().eval()).state_dict()
    assert weights["dense_connection"].item() is True
    assert weights["kernel_scale"].item() == 0.5
