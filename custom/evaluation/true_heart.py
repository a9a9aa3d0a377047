"""Images of a heart whose activity is known, as only a simulation's is, held against it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import distance_transform_edt

from custom.evaluation.sections import LEFT_VENTRICLE
from custom.evaluation.segments import segment_means, wall_segments
from custom.metrics import BLOOD_POOL, MYOCARDIUM

HEART_MARGIN_MM = 10.0


@dataclass(frozen=True, kw_only=True)
class TrueHeart:
    """A heart whose activity is known; images of it have the same shape and unit.

    Args:
        activity: true, averaged into voxels (x, y, z).
        regions: labels of the same shape.
        affine: to RAS+ millimetres.
    """

    activity: np.ndarray
    regions: np.ndarray
    affine: np.ndarray

    def rmse(self, image: np.ndarray) -> float:
        """Root mean squared error in the heart, all within 10 mm of the left ventricle, over its true mean of blood."""
        return _root_mean_square(image[self._nearby] - self.activity[self._nearby]) / self._blood

    def wall_recovery(self, image: np.ndarray) -> float:
        """Mean activity in the myocardium over the true mean."""
        return self._recovery(image, MYOCARDIUM)

    def cavity_recovery(self, image: np.ndarray) -> float:
        """Mean activity in the left ventricular blood over the true mean."""
        return self._recovery(image, BLOOD_POOL)

    def segments(self, image: np.ndarray) -> tuple[float, ...]:
        """Mean activity in each of the wall's 17 segments, over the true mean of the left ventricular blood.

        Raises:
            BadInput: the label map has no valve plane, no septum, or a segment without a voxel.
        """
        return tuple((segment_means(image, self._segments) / self._blood).tolist())

    def segment_rmse(self, image: np.ndarray) -> float:
        """Root mean squared error of the 17 segments' means, over the true mean of the left ventricular blood."""
        return _root_mean_square(np.subtract(self.segments(image), self.segments(self.activity)))

    @cached_property
    def _nearby(self) -> np.ndarray:
        spacing_mm = np.linalg.norm(self.affine[:3, :3], axis=0)
        return distance_transform_edt(~np.isin(self.regions, LEFT_VENTRICLE), sampling=spacing_mm) <= HEART_MARGIN_MM

    @cached_property
    def _segments(self) -> np.ndarray:
        return wall_segments(self.regions, self.affine)

    @cached_property
    def _blood(self) -> float:
        return float(self.activity[self.regions == BLOOD_POOL].mean(dtype=np.float64))

    def _recovery(self, image: np.ndarray, label: int) -> float:
        inside = self.regions == label
        return float(image[inside].sum(dtype=np.float64) / self.activity[inside].sum(dtype=np.float64))


def _root_mean_square(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values).mean(dtype=np.float64)))
