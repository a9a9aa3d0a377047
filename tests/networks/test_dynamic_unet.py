"""The family of networks: sizes, switches, parameters, and what a correction may do."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.networks.dynamic_convolution import DynamicConvolution
from custom.networks.dynamic_unet import DynamicUNet

STATIC = {"dynamic": False, "dense_connection": False}
DYNAMIC = {"dynamic": True, "dense_connection": False}
DENSELY_CONNECTED = {"dynamic": True, "dense_connection": True}
KINDS = pytest.mark.parametrize(
    "kind", [STATIC, DYNAMIC, DENSELY_CONNECTED], ids=["static", "dynamic", "densely connected"]
)


def network(seed=0, **switches):
    torch.manual_seed(seed)
    return DynamicUNet(**{"n_filters": 4, **switches})


def image(*shape, seed=0, dtype=torch.float32):
    return torch.rand(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def n_parameters(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("stride", "sizes"),
    [(2, [34, 16, 7, 3, 7, 16, 34, 70]), (1, [68, 66, 64, 62, 64, 66, 68, 70])],
)
def test_sizes_on_the_way_down_and_up(stride, sizes):
    net, seen = network(stride=stride, n_filters=2, n_dense_convolutions=1), []
    for block in (*net.down, *net.up):
        block.register_forward_hook(lambda _, __, output: seen.append(tuple(output[0].shape[2:])))
    assert net(image(1, 1, 70, 70, 3)).shape == (1, 1, 70, 70, 3)
    assert seen == [(size, size, 3) for size in sizes]


@pytest.mark.parametrize("conveying", ["concatenation", "addition"])
@pytest.mark.parametrize(("stride", "shape"), [(2, (48, 48, 40)), (2, (33, 31, 8)), (1, (22, 22, 8)), (1, (9, 12, 1))])
def test_other_sizes_come_out_as_they_went_in(stride, shape, conveying):
    net = network(stride=stride, conveying=conveying, in_channels=2, n_filters=2, n_dense_convolutions=1)
    assert net(image(1, 2, *shape)).shape == (1, 1, *shape)


@settings(max_examples=10, deadline=None)
@given(st.integers(31, 50), st.integers(31, 50), st.integers(1, 6))
def test_every_size_from_31_works(x, y, z):
    net = network(n_filters=1, n_dense_convolutions=1)
    assert net(image(1, 1, x, y, z)).shape == (1, 1, x, y, z)


@pytest.mark.parametrize(("stride", "shape", "smallest"), [(2, (40, 30, 8), 31), (1, (8, 20, 8), 9)])
def test_too_small_a_volume_is_refused(stride, shape, smallest):
    with pytest.raises(ValueError, match=f"at least {smallest} voxels each, got {shape[0]} and {shape[1]}"):
        network(stride=stride)(image(1, 1, *shape))


@pytest.mark.parametrize(
    "switches",
    [{"stride": 3}, {"conveying": "sum"}, {"n_dense_convolutions": 0}, {"n_filters": 1.5}, {"kernel_scale": "half"}],
)
def test_a_switch_out_of_range_is_refused(switches):
    with pytest.raises(ValueError, match="got"):
        network(**switches)


def test_parameters_fit_either_stride():
    one, two = network(stride=1), network(stride=2, seed=1)
    two.load_state_dict(one.state_dict())
    two.load_state_dict(network(stride=2, in_channels=1, seed=2).state_dict())


@pytest.mark.parametrize("in_channels", [1, 2])
def test_dynamic_and_densely_connected_have_the_same_parameters(in_channels):
    shapes = [
        {name: value.shape for name, value in DynamicUNet(in_channels, **kind).named_parameters()}
        for kind in (DYNAMIC, DENSELY_CONNECTED)
    ]
    assert shapes[0] == shapes[1]


def counted_by_hand(in_channels, dynamic, n=32):
    """Parameters of the default network, layer by layer: kernels, biases and three attention branches."""
    down = [(c, 9) for c in (in_channels, n, n, n)] + [(n * i, 45) for i in (1, 2, 3)] * 4
    up = [(n, 9)] * 4 + [(n * (i + 1), 45) for i in (1, 2, 3)] * 3 + [(in_channels + n * i, 45) for i in (1, 2, 3)]

    def branch(channels, values):
        return 2 * values * channels + 2 * values + 2 * values * values + values

    static = sum(taps * channels * n + n for channels, taps in down + up) + n + 1
    attention = sum(branch(c, taps) + branch(c, c) + branch(c, n) for c, taps in down + up)
    return static + (attention if dynamic else 0)


@pytest.mark.parametrize("in_channels", [1, 2])
@pytest.mark.parametrize("kind", [STATIC, DYNAMIC], ids=["static", "dynamic"])
def test_parameters_are_those_counted_by_hand(in_channels, kind):
    assert n_parameters(DynamicUNet(in_channels, **kind)) == counted_by_hand(in_channels, kind["dynamic"])


@KINDS
def test_without_a_scale_kernels_are_those_of_the_equations_as_printed(kind):
    as_printed = 0.5 if kind["dynamic"] else 1.0
    volume = image(1, 1, 31, 31, 3, dtype=torch.float64)
    printed, stated = (network(kernel_scale=scale, **kind).double() for scale in (None, as_printed))
    assert torch.equal(printed(volume), stated(volume))


def test_the_scale_holds_for_every_convolution_but_the_last():
    full, halved = (network(kernel_scale=scale, **STATIC).double() for scale in (1.0, 0.5))
    for layer in halved.modules():
        if isinstance(layer, DynamicConvolution) and layer is not halved.output:
            layer.weight.data.mul_(2)
    volume = image(1, 1, 31, 31, 3, dtype=torch.float64)
    assert torch.equal(halved(volume), full(volume))


def test_a_correction_may_take_activity_away_but_not_below_zero():
    net, before = network(), image(1, 1, 31, 31, 3)
    net.output.weight.data.zero_()
    torch.testing.assert_close(net(before), before, rtol=0, atol=0)
    net.output.bias.data.fill_(-0.4)
    torch.testing.assert_close(net(before), (before - 0.4).clamp(min=0), rtol=0, atol=0)


def test_the_residual_is_the_spect_channel():
    net, before = network(in_channels=2), image(1, 2, 31, 31, 3)
    net.output.weight.data.zero_()
    torch.testing.assert_close(net(before), before[:, :1], rtol=0, atol=0)


@pytest.mark.parametrize("seed", range(6))
def test_without_residual_no_network_starts_dead(seed):
    corrected = network(residual=False, n_filters=8, seed=seed)(image(1, 1, 31, 31, 3))
    assert (corrected > 0).float().mean() > 0.9


@KINDS
@pytest.mark.parametrize("conveying", ["concatenation", "addition"])
def test_gradients_reach_every_parameter(kind, conveying):
    net = network(conveying=conveying, in_channels=2, kernel_scale=1.0, **kind).double()
    net(image(2, 2, 35, 36, 4, dtype=torch.float64)).square().sum().backward()
    without = [name for name, parameter in net.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert not without


@KINDS
def test_a_batch_is_its_volumes_one_by_one(kind):
    net, batch = network(**kind).double(), image(3, 1, 32, 33, 4, dtype=torch.float64)
    with torch.no_grad():
        together, apart = net(batch), torch.cat([net(volume[None]) for volume in batch])
    torch.testing.assert_close(together, apart, rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", [STATIC, DENSELY_CONNECTED], ids=["static", "densely connected"])
def test_scripted_equals_eager(kind):
    net = network(in_channels=2, n_dense_convolutions=2, **kind).eval()
    scripted = torch.jit.script(net)
    for batch in (1, 3):
        volumes = image(batch, 2, 32, 34, 4, seed=batch)
        torch.testing.assert_close(scripted(volumes), net(volumes), rtol=0, atol=1e-6)


def test_dense_connection_acts_behind_the_first_layer():
    dynamic, densely_connected = (network(**kind).double() for kind in (DYNAMIC, DENSELY_CONNECTED))
    with torch.no_grad():
        for theirs, ours in zip(densely_connected.parameters(), dynamic.parameters(), strict=True):
            theirs.copy_(ours)
    volume = image(1, 1, 31, 31, 3, dtype=torch.float64)
    first = [net.down[0].resize(volume)[0] for net in (dynamic, densely_connected)]
    torch.testing.assert_close(*first, rtol=0, atol=0)
    assert not torch.equal(dynamic(volume), densely_connected(volume))


def test_attention_inputs_pass_from_layer_to_layer_without_a_break():
    net, taken, handed_on = network(), [], []

    def watch(_, arguments, output):
        taken.append(arguments[1])
        handed_on.append(output[1])

    for block in (*net.down, *net.up):
        for layer in (block.resize, *block.dense.convolutions):
            layer.register_forward_hook(watch)
    net(image(1, 1, 31, 31, 3))
    assert len(taken) == 32
    assert taken[0] is None
    assert all(a is b for a, b in zip(taken[1:], handed_on[:-1], strict=True))


@KINDS
def test_bfloat16_stays_near_float32(kind):
    net, volumes = network(n_filters=8, kernel_scale=1.0, **kind), image(2, 1, 35, 34, 6)
    with torch.no_grad():
        exact = net(volumes)
        with torch.autocast("cpu", torch.bfloat16):
            rounded = net(volumes)
    correction = (exact - volumes).square().mean().sqrt()
    assert (rounded - exact).square().mean().sqrt() < 0.03 * correction
