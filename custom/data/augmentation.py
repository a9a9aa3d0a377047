"""The rotations that turn 30 training volumes into 1,020."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform, RandomizableTransform, Rotate
from monai.utils import ensure_tuple_rep


class RandRotateStepsd(RandomizableTransform, MapTransform):
    """Rotate all volumes of a study by one multiple of a step about one of the three axes, or leave them as they are.

    Of the identity and (360° / step − 1) rotations about each axis, every one is drawn with the same probability: 34
    variants with the paper's 30°, so that 30 volumes make 30 × 11 × 3 + 30 = 1,020. The grid stays; what a rotation
    brings in from outside is 0.

    Args:
        keys: volumes (C, X, Y, Z) on one grid with cubic voxels.
        mode: interpolation, "bilinear" or "nearest", one for all keys or one for each; label maps need "nearest".
        step_degrees: a divisor of 360.
        allow_missing_keys: skip keys that a study does not have.

    Raises:
        ValueError: the step does not divide 360°.

    Source: section II.E of the paper.
    """

    def __init__(
        self,
        keys: KeysCollection,
        mode: str | Sequence[str] = "bilinear",
        step_degrees: int = 30,
        allow_missing_keys: bool = False,
    ) -> None:
        MapTransform.__init__(self, keys, allow_missing_keys)
        RandomizableTransform.__init__(self, prob=1.0)
        if step_degrees < 1 or 360 % step_degrees:
            raise ValueError(f"step_degrees must divide 360, got {step_degrees}")
        self.mode = ensure_tuple_rep(mode, len(self.keys))
        self.step_degrees = step_degrees
        self.n_variants = 3 * (360 // step_degrees - 1) + 1
        self.variant = 0

    def angles_radians(self, variant: int) -> tuple[float, float, float]:
        """Return the rotation about x, y and z of a variant; variant 0 is the identity."""
        angles = [0.0, 0.0, 0.0]
        if variant:
            step, axis = divmod(variant - 1, 3)
            angles[axis] = math.radians((step + 1) * self.step_degrees)
        return angles[0], angles[1], angles[2]

    def randomize(self, data: object = None) -> None:
        """Draw one of the variants."""
        super().randomize(data)
        self.variant = int(self.R.randint(self.n_variants))

    def __call__(self, data: Mapping[Hashable, torch.Tensor]) -> dict[Hashable, torch.Tensor]:
        """Rotate the volumes of one study alike."""
        self.randomize()
        study = dict(data)
        if self.variant:
            rotate = Rotate(self.angles_radians(self.variant), keep_size=True, padding_mode="zeros")
            for key, mode in self.key_iterator(study, self.mode):
                study[key] = rotate(study[key], mode=mode)
        return study
