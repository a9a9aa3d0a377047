"""The rotations that turn 30 training volumes into 1,020."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform, Rotate
from monai.utils import convert_to_dst_type, convert_to_tensor, ensure_tuple_rep

VARIANT = "variant"  # key of a study under which the number of its rotation stands


class RotateStepsd(MapTransform):
    """Rotate all volumes of a study by a multiple of a step about one of the three axes, as its `variant` says.

    Variants are the identity (0) and (360° / step − 1) rotations about each axis: 34 with the paper's 30°, so that 30
    volumes make 30 × 11 × 3 + 30 = 1,020. Nothing is drawn here. The grid stays, rotations are about its middle; what a
    rotation brings in from outside is 0.

    Args:
        keys: volumes (C, X, Y, Z) on one grid with cubic voxels.
        mode: interpolation, "bilinear" or "nearest", one for all keys or one for each; label maps need "nearest".
        step_degrees: a divisor of 360.
        allow_missing_keys: skip keys that a study does not have.

    Raises:
        ValueError: the step does not divide 360°, or a study asks for a variant that there is not.

    Source: section II.E of the paper.
    """

    def __init__(
        self,
        keys: KeysCollection,
        mode: str | Sequence[str] = "bilinear",
        step_degrees: int = 30,
        allow_missing_keys: bool = False,
    ) -> None:
        super().__init__(keys, allow_missing_keys)
        if step_degrees < 1 or 360 % step_degrees:
            raise ValueError(f"step_degrees must divide 360, got {step_degrees}")
        self.mode = ensure_tuple_rep(mode, len(self.keys))
        self.step_degrees = step_degrees
        self.n_variants = 3 * (360 // step_degrees - 1) + 1

    def angles_radians(self, variant: int) -> tuple[float, float, float]:
        """Return the rotation about x, y and z of a variant; variant 0 is the identity."""
        if not 0 <= variant < self.n_variants:
            raise ValueError(f"variant must be one of {self.n_variants}, counted from 0, got {variant}")
        angles = [0.0, 0.0, 0.0]
        if variant:
            step, axis = divmod(variant - 1, 3)
            angles[axis] = math.radians((step + 1) * self.step_degrees)
        return angles[0], angles[1], angles[2]

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Rotate the volumes of one study alike."""
        study = dict(data)
        angles = self.angles_radians(study[VARIANT])
        if any(angles):
            rotate = Rotate(angles, keep_size=True, padding_mode="zeros")
            for mode in sorted(set(self.mode)):
                keys = [key for key, its_mode in self.key_iterator(study, self.mode) if its_mode == mode]
                study |= _rotated_together({key: study[key] for key in keys}, rotate, mode)
        return study


def _rotated_together(
    volumes: Mapping[Hashable, torch.Tensor], rotate: Rotate, mode: str
) -> dict[Hashable, torch.Tensor]:
    """Rotate volumes as the channels of one, which computes where each voxel comes from once."""
    if not volumes:
        return {}
    rotated = rotate(torch.cat(list(volumes.values())), mode=mode)
    parts = convert_to_tensor(rotated, track_meta=False).split([len(volume) for volume in volumes.values()])
    return {key: convert_to_dst_type(part, volumes[key])[0] for key, part in zip(volumes, parts, strict=True)}
