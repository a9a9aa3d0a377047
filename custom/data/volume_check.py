"""Volumes of one study that are used together, held against the rules and against each other."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

from monai.config import KeysCollection
from monai.data import MetaTensor
from monai.transforms import MapTransform
from monai.utils import ImageMetaKey, convert_to_numpy

from custom.data.nm_dicom import bad_input_in
from custom.data.study_rules import check_amounts, check_finite_ct, check_regions, check_same_grid
from custom.data.volume import Volume
from custom.errors import BadInput

REGIONS, CT = "regions", "ct"


class CheckVolumesd(MapTransform):
    """Refuse a study whose volumes do not belong together or cannot be; what passes is not changed.

    Regions must keep the rules of `check_regions`, a CT be finite, all else be activity, see `check_amounts`; all must
    lie on the grid of the reference, voxel by voxel.

    Args:
        keys: volumes (1, X, Y, Z) as they were loaded.
        reference: key of the volume whose grid the others must have.
        allow_missing_keys: skip keys that a study does not have.

    Raises:
        BadInput: a rule is broken; it begins with the file.
    """

    def __init__(self, keys: KeysCollection, reference: str = "image", allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)
        self.reference = reference

    def __call__(self, data: Mapping[Hashable, MetaTensor]) -> dict[Hashable, MetaTensor]:
        """Return the study as it is."""
        study = dict(data)
        reference = _volume(study[self.reference])
        for key in self.key_iterator(study):
            with bad_input_in(Path(study[key].meta[ImageMetaKey.FILENAME_OR_OBJ])):
                _check(key, _volume(study[key]), reference)
        return study


def _check(key: Hashable, volume: Volume, reference: Volume) -> None:
    check_same_grid(volume, reference)
    if key == REGIONS:
        check_regions(volume, reference)
    elif key == CT:
        check_finite_ct(volume)
    else:
        check_amounts(volume)


def _volume(loaded: MetaTensor) -> Volume:
    if loaded.ndim != 4 or len(loaded) != 1:
        raise BadInput(f"a volume has three dimensions, got shape {tuple(loaded.shape[1:])}; are gates in one file?")
    return Volume(voxels=convert_to_numpy(loaded)[0], affine=convert_to_numpy(loaded.affine))
