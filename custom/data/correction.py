"""The way back from the network's grid: what returns is the change that the network makes, not the image itself."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import torch
from monai.config import KeysCollection
from monai.data import MetaTensor
from monai.transforms import MapTransform
from monai.utils import ImageMetaKey, convert_to_numpy
from scipy import ndimage

from custom.errors import BadInput


def reconstructed_region(activity: np.ndarray) -> np.ndarray:
    """Mark the voxels (x, y, z) that the reconstruction reached.

    Not reached are voxels of exactly 0 that are connected, face to face, with the outside of the matrix; a 0 that is
    enclosed by activity is a measured absence and belongs to the region.
    """
    return ndimage.binary_fill_holes(activity != 0)


class ChangeOfActivityd(MapTransform):
    """Turn a prediction into the change against the SPECT volume that the network saw.

        Δ = ŷ − x

    Args:
        keys: predictions (1, X, Y, Z).
        reference: key of the network's input, whose channel 0 is x.

    Raises:
        BadInput: a prediction that is not finite.
    """

    def __init__(self, keys: KeysCollection, reference: str = "image") -> None:
        super().__init__(keys)
        self.reference = reference

    def __call__(self, data: Mapping[Hashable, MetaTensor]) -> dict[Hashable, MetaTensor]:
        """Return the study with its predictions replaced."""
        study = dict(data)
        for key in self.key_iterator(study):
            if not bool(torch.isfinite(study[key]).all()):
                raise BadInput(
                    f"a corrected volume is finite, got NaN or infinity from the network for {study.get('study')}; are "
                    "its weights those of a training that diverged, or does the study hold extreme numbers?"
                )
            study[key] = study[key] - study[self.reference][:1]
        return study


class ApplyChanged(MapTransform):
    """Add the change of activity, brought back to the study's grid and unit, to the study as it was read.

        corrected = max(0, x + Δ) in the reconstructed region, 0 elsewhere

    So nothing is interpolated but the change: a study on another grid keeps its own detail, what lies outside the
    network's field stays as it was, and a network that changes nothing returns the study bit by bit.

    Args:
        keys: changes (1, X, Y, Z), on the study's grid.
        reference: key of the study as read.
        name: key of the study's name; where it is there, files saved later are named so.
    """

    def __init__(self, keys: KeysCollection, reference: str = "before", name: str = "study") -> None:
        super().__init__(keys)
        self.reference = reference
        self.name = name

    def __call__(self, data: Mapping[Hashable, MetaTensor]) -> dict[Hashable, MetaTensor]:
        """Return the study with its changes replaced by corrected volumes."""
        study = dict(data)
        before = study[self.reference].to(torch.float32)
        reached = torch.from_numpy(reconstructed_region(convert_to_numpy(before)[0])).to(before.device)
        meta = dict(before.meta)
        if self.name in study:
            meta[ImageMetaKey.FILENAME_OR_OBJ] = study[self.name]
        for key in self.key_iterator(study):
            corrected = (before + study[key].to(before.device)).as_tensor().clamp(min=0)
            study[key] = MetaTensor(corrected * reached, meta=meta)
        return study
