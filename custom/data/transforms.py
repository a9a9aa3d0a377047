"""Dictionary transforms for SPECT volumes: one activity factor per study, and its way back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import torch
from monai.config import KeysCollection
from monai.transforms import InvertibleTransform, MapTransform
from monai.utils import convert_to_numpy, convert_to_tensor

from custom.errors import BadInput

PERCENTILE = 99.9


class NormaliseActivityd(MapTransform, InvertibleTransform):
    """Divide the volumes of one study by one factor, so that the network sees every study on the same scale.

        y_k = x_k / s,  s = percentile of the non-zero voxels of x_reference

    The factor stays in every volume's metadata as `activity_scale`; the inverse multiplies by it. A high percentile
    instead of the maximum, because one noisy voxel sets a maximum.

    Args:
        keys: volumes (C, X, Y, Z) in one unit of activity; all of them are divided.
        reference: key of the volume that gives the factor; in inference the reconstruction, as no other is known.
        percentile: 0 < percentile ≤ 100.
        allow_missing_keys: skip keys that a study does not have.

    Raises:
        ValueError: the percentile lies outside its range.
        BadInput: the reference has no positive percentile, so nothing could be scaled.
    """

    def __init__(
        self,
        keys: KeysCollection,
        reference: str = "image",
        percentile: float = PERCENTILE,
        allow_missing_keys: bool = False,
    ) -> None:
        super().__init__(keys, allow_missing_keys)
        if not 0 < percentile <= 100:
            raise ValueError(f"percentile must lie above 0 and not above 100, got {percentile}")
        self.reference = reference
        self.percentile = percentile

    def __call__(self, data: Mapping[Hashable, torch.Tensor]) -> dict[Hashable, torch.Tensor]:
        """Return the study with all keys divided by the factor."""
        study = dict(data)
        scale = self._scale(study[self.reference])
        for key in self.key_iterator(study):
            volume = convert_to_tensor(study[key], track_meta=True) / scale
            volume.meta["activity_scale"] = scale
            self.push_transform(volume, extra_info={"activity_scale": scale})
            study[key] = volume
        return study

    def inverse(self, data: Mapping[Hashable, torch.Tensor]) -> dict[Hashable, torch.Tensor]:
        """Return the study with all keys in their own units again."""
        study = dict(data)
        for key in self.key_iterator(study):
            applied = self.pop_transform(study[key])
            study[key] = study[key] * float(applied["extra_info"]["activity_scale"])
        return study

    def _scale(self, reference: torch.Tensor) -> float:
        scale = activity_scale(convert_to_numpy(reference), self.percentile)
        if not scale > 0:
            raise BadInput(
                f"a volume needs positive activity to be scaled, got {scale:g} as percentile {self.percentile:g} of "
                "its non-zero voxels; the likely cause is an empty image, or one with negative values"
            )
        return scale


def activity_scale(voxels: np.ndarray, percentile: float = PERCENTILE) -> float:
    """Return a percentile of the non-zero voxels, 0 where there are none."""
    nonzero = voxels[voxels != 0]
    return float(np.percentile(nonzero, percentile)) if nonzero.size else 0.0
