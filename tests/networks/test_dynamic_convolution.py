"""A dynamic layer is equation 3 of the paper, worked out by hand and in every form in which it runs."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from custom.networks.dynamic_convolution import AttentionBranch, DynamicConvolution, attention_input, is_slow_alone


def volumes(*shape, seed=0):
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def made(*arguments, seed=0, **switches):
    torch.manual_seed(seed)
    return DynamicConvolution(*arguments, **switches).double()


def fix_attention(branch, values):
    """Let a branch return the same values whatever it sees."""
    last = branch[2]
    torch.nn.init.zeros_(last.weight)
    last.bias.data.copy_(torch.special.logit(torch.as_tensor(values, dtype=last.bias.dtype)))


@st.composite
def layers(draw):
    """A dynamic layer with two to four volumes for it."""
    channels = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    kernel_size = draw(st.tuples(*[st.integers(1, 3)] * 3))
    stride = draw(st.tuples(*[st.integers(1, 2)] * 3))
    transposed = draw(st.booleans())
    seed = draw(st.integers(0, 2**31))
    layer = made(*channels, kernel_size, stride=stride, transposed=transposed, seed=seed)
    torch.nn.init.normal_(layer.bias)
    return layer, volumes(draw(st.integers(2, 4)), channels[0], 5, 4, 3, seed=seed)


@pytest.mark.parametrize("transposed", [False, True])
def test_attention_of_one_makes_a_layer_static(transposed):
    layer = made(3, 4, (3, 3, 1), stride=(2, 2, 1), transposed=transposed, kernel_scale=0.5)
    for branch in (layer.attention.spatial, layer.attention.input, layer.attention.output):
        fix_attention(branch, torch.full_like(branch[2].bias, 1.0))
        branch[2].bias.data.fill_(100.0)  # whose sigmoid is 1 in double precision
    static = made(3, 4, (3, 3, 1), stride=(2, 2, 1), transposed=transposed, dynamic=False)
    static.load_state_dict({"weight": layer.weight, "bias": layer.bias})
    image = volumes(2, 3, 9, 8, 2)
    torch.testing.assert_close(layer(image)[0], static(image)[0], rtol=0, atol=1e-14)


@pytest.mark.parametrize("transposed", [False, True])
def test_a_kernel_is_weighted_by_tap_input_and_output_channel(transposed):
    layer = made(2, 2, (1, 1, 1), transposed=transposed, kernel_scale=0.5)
    fix_attention(layer.attention.spatial, [0.3])
    fix_attention(layer.attention.input, [0.6, 0.9])
    fix_attention(layer.attention.output, [0.1, 0.4])
    kernel = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)  # output channel, input channel
    layer.weight.data.copy_((kernel.T if transposed else kernel).reshape_as(layer.weight))
    layer.bias.data.copy_(torch.tensor([0.5, -0.5]))
    output, _ = layer(torch.tensor([1.0, 10.0], dtype=torch.float64).reshape(1, 2, 1, 1, 1))
    first = 1 * (0.3 + 0.6 + 0.1) / 3 * 1 + 2 * (0.3 + 0.9 + 0.1) / 3 * 10 + 0.5
    second = 3 * (0.3 + 0.6 + 0.4) / 3 * 1 + 4 * (0.3 + 0.9 + 0.4) / 3 * 10 - 0.5
    assert output.flatten().tolist() == pytest.approx([first, second], rel=1e-14)


def test_taps_of_attention_and_kernel_lie_on_the_same_voxels():
    layer = made(1, 1, (2, 3, 2), kernel_scale=0.5)
    taps = torch.linspace(0.05, 0.95, 12, dtype=torch.float64)
    fix_attention(layer.attention.spatial, taps)
    fix_attention(layer.attention.input, [0.5])
    fix_attention(layer.attention.output, [0.25])
    expected = layer.weight * (taps.reshape(2, 3, 2) + 0.75) / 3
    kernel = volumes(1, 1, 2, 3, 2)
    output, _ = layer(kernel)
    torch.testing.assert_close(output.flatten(), (expected * kernel).sum()[None], rtol=1e-14, atol=0)


@settings(max_examples=25, deadline=None)
@given(layers())
def test_loop_groups_and_single_volumes_agree(drawn):
    layer, image = drawn
    kernels = layer.attention(attention_input(image, None))
    kernels = layer.weight * (kernels.transpose(1, 2) if layer.transposed else kernels)
    looped = layer.convolve_looped(image, kernels, (0, 0, 0))
    grouped = layer.convolve_grouped(image, kernels, (0, 0, 0))
    single = torch.cat([layer(volume[None])[0] for volume in image])
    scale = looped.abs().max().item()
    torch.testing.assert_close(grouped, looped, rtol=0, atol=4e-15 * scale)
    torch.testing.assert_close(single, looped, rtol=0, atol=4e-15 * scale)
    torch.testing.assert_close(layer(image)[0], looped, rtol=0, atol=4e-15 * scale)


def test_kernels_adapt_to_their_own_volume_only():
    layer = made(1, 2, (3, 3, 3))
    image = volumes(2, 1, 5, 5, 5)
    brighter = torch.stack([image[0], 3 * image[1]])
    first, _ = layer(image)
    second, _ = layer(brighter)
    torch.testing.assert_close(second[0], first[0], rtol=0, atol=0)
    assert not torch.allclose(second[1], 3 * first[1], rtol=1e-3), "a static kernel would only scale"


def test_previous_attention_inputs_fade_by_halves():
    means = [torch.rand(1, 4, dtype=torch.float64) for _ in range(4)]
    seen = None
    for mean in means:
        seen = attention_input(mean[:, :, None, None, None].expand(1, 4, 2, 3, 4), seen)
    weights = [1 / 8, 1 / 8, 1 / 4, 1 / 2]  # the first layer looks at the image alone
    torch.testing.assert_close(seen, sum(w * mean for w, mean in zip(weights, means, strict=True)))


def test_channels_are_interpolated_linearly():
    features = torch.zeros(1, 4, 1, 1, 1, dtype=torch.float64)
    previous = torch.tensor([[1.0, 5.0]], dtype=torch.float64)
    assert attention_input(features, previous)[0].tolist() == [0.5, 1.0, 2.0, 2.5]


def literal_attention_input(features, previous):
    """Equation 4 as printed: resize the feature maps, trilinear, and their channels, linear; add; then pool."""
    resized = functional.interpolate(previous, size=features.shape[2:], mode="trilinear", align_corners=False)
    by_channel = resized.flatten(2).transpose(1, 2)
    by_channel = functional.interpolate(by_channel, size=features.shape[1], mode="linear", align_corners=False)
    return (0.5 * (features + by_channel.transpose(1, 2).reshape(features.shape))).mean(dim=(2, 3, 4))


@pytest.mark.parametrize(
    ("size", "tolerance"),
    [((16, 12, 6), 1e-14), ((8, 6, 6), 1e-14), ((7, 5, 6), 0.02)],
    ids=["same size: exact", "halved: a mean-preserving resize, exact", "unpadded stride 2: nearly"],
)
def test_pooling_first_is_equation_4_with_a_resize_that_keeps_means(size, tolerance):
    previous, features = volumes(2, 3, 16, 12, 6), volumes(2, 5, *size, seed=1)
    ours = attention_input(features, attention_input(previous, None))
    torch.testing.assert_close(ours, literal_attention_input(features, previous), rtol=tolerance, atol=0)


def test_a_layer_hands_on_its_attention_input_only_when_densely_connected():
    image, previous = volumes(2, 3, 4, 4, 4), volumes(2, 2)
    _, handed_on = made(3, 2, (1, 1, 1), dense_connection=True)(image, previous)
    torch.testing.assert_close(handed_on, attention_input(image, previous))
    assert made(3, 2, (1, 1, 1), dense_connection=False)(image)[1] is None
    assert made(3, 2, (1, 1, 1), dynamic=False, dense_connection=True)(image)[1] is None


@pytest.mark.parametrize("kernel_scale", [0.5, 0.8, 1.0])
@pytest.mark.parametrize("transposed", [False, True])
def test_with_attention_of_one_half_a_dynamic_layer_starts_and_learns_as_a_static_one_of_its_scale(
    kernel_scale, transposed
):
    switches = {"transposed": transposed, "kernel_scale": kernel_scale}
    layers = static, dynamic = [made(3, 2, (3, 3, 1), dynamic=kind, **switches) for kind in (False, True)]
    for branch in dynamic.attention.children():
        fix_attention(branch, torch.full_like(branch[2].bias, 0.5))
    dynamic.weight.data.copy_(static.weight)
    image = volumes(2, 3, 6, 5, 2)
    outputs = [layer(image)[0] for layer in layers]
    torch.testing.assert_close(outputs[1], outputs[0], rtol=0, atol=1e-15)
    for output in outputs:
        output.square().sum().backward()
    gradients = [layer.weight.grad for layer in layers]
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-13, atol=0)


def test_scale_times_kernel_is_what_a_static_layer_convolves_with():
    halved, plain = (made(2, 3, (3, 3, 3), dynamic=False, kernel_scale=scale) for scale in (0.5, 1.0))
    plain.weight.data.copy_(halved.weight / 2)
    image = volumes(1, 2, 5, 5, 5)
    torch.testing.assert_close(halved(image)[0], plain(image)[0], rtol=0, atol=0)
    before = halved.weight.detach() / 2
    for layer in (halved, plain):
        optimizer = torch.optim.Adam(layer.parameters(), lr=1e-3)
        layer(image)[0].sum().backward()
        optimizer.step()
    steps = [scale * layer.weight - before for scale, layer in ((0.5, halved), (1.0, plain))]
    torch.testing.assert_close(steps[0], steps[1] / 2, rtol=1e-6, atol=0)


def test_attention_has_2n_and_n_neurons():
    branch = AttentionBranch(7, 45)
    assert [tuple(p.shape) for p in branch.parameters()] == [(90, 7), (90,), (45, 90), (45,)]


def test_attention_stays_in_float32_within_autocast():
    layer, image = made(4, 4, (3, 3, 1)).float(), volumes(2, 4, 8, 8, 2).float()
    seen = []
    layer.attention.register_forward_hook(lambda _, arguments, factors: seen.append((arguments[0], factors)))
    with torch.autocast("cpu", torch.bfloat16):
        output, handed_on = layer(image.bfloat16(), volumes(2, 3).float())
    pooled, factors = seen[0]
    assert output.dtype == torch.bfloat16
    assert {handed_on.dtype, pooled.dtype, factors.dtype} == {torch.float32}
    torch.testing.assert_close(factors, layer.attention(pooled), rtol=0, atol=0)


def test_means_of_bfloat16_features_are_not_rounded_to_it():
    features = volumes(2, 4, 8, 8, 2).bfloat16()
    torch.testing.assert_close(
        attention_input(features, None), features.float().mean(dim=(2, 3, 4)), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("transposed", [False, True])
def test_kernels_start_after_xavier_and_biases_at_zero(transposed):
    layer = made(16, 48, (3, 3, 5), transposed=transposed)
    bound = math.sqrt(6 / (45 * (16 + 48)))
    assert 0.98 * bound < layer.weight.abs().max() <= bound
    assert layer.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02)
    biases = [p for name, p in layer.named_parameters() if name.endswith("bias")]
    assert len(biases) == 7
    assert not any(bias.any() for bias in biases)


@pytest.mark.parametrize("transposed", [False, True])
def test_gradients_are_those_of_finite_differences(transposed):
    layer = made(2, 2, (2, 2, 1), stride=(2, 1, 1), transposed=transposed)
    names, parameters = zip(*((n, p.detach().requires_grad_()) for n, p in layer.named_parameters()), strict=True)

    def run(image, previous, *values):
        state = dict(zip(names, values, strict=True))
        return torch.func.functional_call(layer, state, (image, previous))

    image, previous = volumes(2, 2, 3, 2, 2).requires_grad_(), volumes(2, 3).requires_grad_()
    assert torch.autograd.gradcheck(run, (image, previous, *parameters), fast_mode=True)


@pytest.mark.parametrize("size", [(1, 2, 8), (2, 2, 8), (2, 5, 8), (3, 3, 8)])
def test_bfloat16_gradients_are_right_where_kernels_are_wider_than_features(size):
    layer = DynamicConvolution(32, 32, (3, 3, 5), padding=(1, 1, 2), dynamic=False)
    features, direction = torch.randn(2, 1, 32, *size).unbind()
    gradients = []
    for enabled in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            output = layer(features)[0]
        gradients.append(torch.autograd.grad(output, layer.weight, direction.to(output.dtype))[0])
    assert (gradients[1] - gradients[0]).norm() < 0.02 * gradients[0].norm()


@pytest.mark.parametrize("n_values", [20480, 20800])
def test_one_volume_is_convolved_alike_at_both_sides_of_pytorchs_limit(n_values):
    """In float32 a small volume is convolved in two groups; with float64 as the truth."""
    layer = made(16, 6, (3, 3, 5), padding=(1, 1, 2)).float()
    image = volumes(1, 16, n_values // 16 // 20, 20, 9).float()
    assert is_slow_alone(image) == (n_values == 20480)
    output, _ = layer(image)
    exact, _ = layer.double()(image.double())
    torch.testing.assert_close(output.double(), exact, rtol=0, atol=3e-6 * exact.abs().max().item())


def test_what_is_exported_is_one_plain_convolution():
    layer = made(16, 6, (3, 3, 5)).float()
    program = torch.export.export(layer, (volumes(1, 16, 8, 8, 9).float(),))
    [call] = [node for node in program.graph.nodes if "conv" in str(node.target)]
    groups = call.args[6] if len(call.args) > 6 else 1
    assert groups == 1
