"""Mixed precision that is the same on CPU and CUDA."""

from __future__ import annotations

from collections.abc import Callable

import torch
from monai.inferers import SimpleInferer

from custom.settings import check_yes_or_no

BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")  # of x86, and of ARM, as torch names them


def bfloat16_is_fast(device: str) -> bool:
    """Tell whether a device has instructions for bfloat16; processors without emulate it, far slower than float32.

    Args:
        device: as torch names it, such as cpu or cuda:0.
    """
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in BFLOAT16_INSTRUCTIONS)


class MixedPrecisionInferer(SimpleInferer):
    """Run the network in bfloat16 where that is safe, and hand the prediction back in float32.

    MONAI's engines know mixed precision on CUDA only and put the loss inside it. bfloat16 has the range of float32, so
    that gradients need no scaling; losses stay outside, in float32.

    Args:
        enabled: whether to use mixed precision at all; `amp` in the configs.

    Raises:
        BadInput: neither true nor false.
    """

    def __init__(self, enabled: bool = True) -> None:
        super().__init__()
        check_yes_or_no(amp=enabled)
        self.enabled = enabled

    def __call__(
        self, inputs: torch.Tensor, network: Callable[..., torch.Tensor], *args: object, **kwargs: object
    ) -> torch.Tensor:
        """Return the network's prediction for a batch, in float32."""
        with torch.autocast(inputs.device.type, dtype=torch.bfloat16, enabled=self.enabled):
            prediction = super().__call__(inputs, network, *args, **kwargs)
        return prediction.float()
