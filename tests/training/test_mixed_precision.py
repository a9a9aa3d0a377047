"""Mixed precision: where bfloat16 is used, and where it is not."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import conv3d

from custom.training.mixed_precision import MixedPrecisionInferer, bfloat16_is_fast

IMAGE, KERNEL = torch.rand(1, 1, 6, 6, 6), torch.rand(2, 1, 3, 3, 3)


def network(image: torch.Tensor) -> torch.Tensor:
    return conv3d(image, KERNEL)


def test_the_network_runs_in_bfloat16_and_answers_in_float32() -> None:
    prediction = MixedPrecisionInferer(enabled=True)(IMAGE, network)
    assert prediction.dtype == torch.float32
    assert torch.equal(prediction, conv3d(IMAGE.bfloat16(), KERNEL.bfloat16()).float())


def test_switched_off_it_changes_nothing() -> None:
    assert torch.equal(MixedPrecisionInferer(enabled=False)(IMAGE, network), network(IMAGE))


def test_gradients_pass_through() -> None:
    image = IMAGE.clone().requires_grad_()
    MixedPrecisionInferer()(image, network).sum().backward()
    assert image.grad.dtype == torch.float32
    middle = image.grad[0, 0, 2:4, 2:4, 2:4]  # voxels that every tap of both filters sees
    torch.testing.assert_close(middle, KERNEL.sum().expand(2, 2, 2), rtol=1e-2, atol=0)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"architecture": "x86_64", "avx2": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({"architecture": "x86_64", "avx2": True, "avx512_bf16": True, "amx_bf16": False}, True),
        ({"architecture": "x86_64", "amx_bf16": True}, True),
        ({"architecture": "aarch64", "neon": True, "bf16": True}, True),
        ({"architecture": "aarch64", "neon": True}, False),
    ],
)
def test_bfloat16_is_used_where_the_processor_knows_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, object], expected: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert bfloat16_is_fast("cpu") is expected
