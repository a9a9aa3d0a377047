"""Correction of reconstructed images in image space, as dictionary transforms: what networks are compared with."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import torch
from monai.config import KeysCollection
from monai.data import MetaTensor
from monai.transforms import MapTransform
from monai.utils import ImageMetaKey, convert_to_numpy

from custom.data.correction import reconstructed_region
from custom.errors import BadInput
from custom.reconstruction.image_space import region_based_voxelwise, region_weights, richardson_lucy
from custom.reconstruction.point_spread import Array, PointSpread
from custom.reconstruction.regions import Region
from custom.settings import check_whole


class ImageSpaceCorrectiond(MapTransform):
    """Replace reconstructed images by what a correction with a point spread that is the same everywhere makes of them.

    Args:
        keys: images (1, X, Y, Z), activity ≥ 0.
        fwhm_mm: full width at half maximum of the point spread.
        name: key of the study's name, after which files saved later are named.

    Raises:
        BadInput: a width that is not positive.
    """

    def __init__(self, keys: KeysCollection, fwhm_mm: float, name: str = "study") -> None:
        super().__init__(keys)
        if isinstance(fwhm_mm, bool) or not isinstance(fwhm_mm, int | float) or not 0 < fwhm_mm < np.inf:
            raise BadInput(f"fwhm_mm must be a positive length, got {fwhm_mm!r}; is it a word or left empty?")
        self.fwhm_mm = float(fwhm_mm)
        self.name = name

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the study with its images corrected."""
        study = dict(data)
        for key in self.key_iterator(study):
            image = study[key]
            right, front, head = np.linalg.norm(image.affine.numpy()[:3, :3], axis=0).tolist()
            psf = PointSpread(fwhm_mm=(self.fwhm_mm,) * 3, spacing_mm=(right, front, head))
            corrected = self.correct(convert_to_numpy(image)[0].astype(np.float64), psf, study)
            meta = dict(image.meta) | {ImageMetaKey.FILENAME_OR_OBJ: study[self.name]}
            study[key] = MetaTensor(torch.from_numpy(corrected.astype(np.float32))[None], meta=meta)
        return study

    @abstractmethod
    def correct(self, image: Array, psf: PointSpread, study: Mapping[Hashable, Any]) -> Array:
        """Return an image (x, y, z) corrected."""


class RichardsonLucyd(ImageSpaceCorrectiond):
    """See `richardson_lucy`.

    Args:
        keys: images (1, X, Y, Z).
        fwhm_mm: full width at half maximum of the point spread.
        n_iterations: number of updates.

    Raises:
        BadInput: a width that is not positive, or no whole number of iterations.
    """

    def __init__(self, keys: KeysCollection, fwhm_mm: float, n_iterations: int) -> None:
        super().__init__(keys, fwhm_mm)
        check_whole(n_iterations=n_iterations)
        self.n_iterations = n_iterations

    def correct(self, image: Array, psf: PointSpread, study: Mapping[Hashable, Any]) -> Array:  # noqa: ARG002
        """Return an image (x, y, z) sharpened."""
        return richardson_lucy(image, psf, n_iterations=self.n_iterations)


class RegionBasedVoxelwised(ImageSpaceCorrectiond):
    """See `region_based_voxelwise`; what the reconstruction did not reach belongs to no region.

    Args:
        keys: images (1, X, Y, Z).
        fwhm_mm: full width at half maximum of the point spread.
        regions: key of the label map, see `Region`.

    Raises:
        BadInput: a width that is not positive.
    """

    def __init__(self, keys: KeysCollection, fwhm_mm: float, regions: str = "regions") -> None:
        super().__init__(keys, fwhm_mm)
        self.regions = regions

    def correct(self, image: Array, psf: PointSpread, study: Mapping[Hashable, Any]) -> Array:
        """Return an image (x, y, z) freed from the exchange between regions."""
        labels = convert_to_numpy(study[self.regions])[0].astype(int) * reconstructed_region(image)
        present = [region for region in Region if region != Region.OUTSIDE and (labels == region).any()]
        return region_based_voxelwise(image, region_weights(labels, present), psf)
