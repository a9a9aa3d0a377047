"""The settings of a training, held against what can be before anything is done."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from custom.errors import BadInput
from custom.settings import check_not_negative, check_positive, check_whole

SMALLEST_CROP = (31, 31, 11)
FROM_ZERO = ("learning_rate", "final_learning_rate", "mae_weight", "ssim_weight", "sobel_weight", "imbv_weight")


def check_training_settings(settings: Mapping[str, Any]) -> None:
    """Hold a training's numbers against their ranges.

    Args:
        settings: by name; those that are absent are not looked at.

    Raises:
        BadInput: one is outside its range, or no number.
    """
    given = {name: settings[name] for name in settings if settings[name] is not None}
    check_whole(**_some(given, "max_epochs", "batch_size", "val_interval", "patience", "step_degrees"))
    check_whole(smallest=0, **_some(given, "seed"))
    check_positive(**_some(given, "clip_norm"))
    if 360 % given.get("step_degrees", 1):
        raise BadInput(f"step_degrees must divide 360, got {given['step_degrees']}; 30 is the paper's")
    check_not_negative(**_some(given, *FROM_ZERO))
    if given.get("val_interval", 1) > given.get("max_epochs", math.inf):
        raise BadInput(
            f"a training needs a validation, got a val_interval of {given['val_interval']} for {given['max_epochs']} "
            "epochs; no weights would be kept"
        )
    _check_crop(given.get("crop_size"))


def _some(settings: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: settings[name] for name in names if name in settings}


def _check_crop(size: Any) -> None:  # noqa: ANN401
    if size is None:
        return
    if not isinstance(size, Sequence) or isinstance(size, str) or len(size) != 3:
        raise BadInput(f"crop_size must be three numbers of voxels, got {size!r}; such as [48,48,40]")
    if any(isinstance(length, int) and length < least for length, least in zip(size, SMALLEST_CROP, strict=True)):
        raise BadInput(
            f"crop_size must be at least {list(SMALLEST_CROP)}, got {list(size)}; the network's way down and "
            "the windows of SSIM leave nothing of less"
        )
    check_whole(**{f"crop_size along {axis}": length for axis, length in zip("xyz", size, strict=True)})
