"""Mixed precision that is the same on CPU and CUDA."""

from __future__ import annotations

from collections.abc import Callable

import torch
from monai.inferers import SimpleInferer

from custom.settings import check_yes_or_no


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
