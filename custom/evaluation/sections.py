"""Sections of volumes as they are read in nuclear cardiology: three planes through the heart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import nibabel
import numpy as np
from scipy import ndimage

LEFT_VENTRICLE = (1, 2)  # labels of myocardium and left ventricular blood


class Plane(NamedTuple):
    """A section of the body: the axes that run to the left and up in the picture, and the letters at its four sides."""

    name: str
    across: int
    up: int
    left: str
    right: str
    top: str
    bottom: str

    @property
    def normal(self) -> int:
        """The axis that the plane cuts."""
        return 3 - self.across - self.up


# Radiological convention: the observer stands at the patient's feet, before the patient, and on the patient's left.
PLANES = (
    Plane("transverse", 0, 1, "R", "L", "A", "P"),
    Plane("coronal", 0, 2, "R", "L", "H", "F"),
    Plane("sagittal", 1, 2, "A", "P", "H", "F"),
)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Volumes on one grid with axes along R, A and H, the place shown in their middle (voxels), and their regions."""

    volumes: dict[str, np.ndarray]
    spacing_mm: np.ndarray
    centre: tuple[float, float, float]
    regions: np.ndarray | None

    @property
    def voxel(self) -> tuple[int, int, int]:
        """The voxel in the middle, through which sections are cut."""
        x, y, z = (round(index) for index in self.centre)
        return x, y, z

    def section(self, volume: np.ndarray, plane: Plane) -> np.ndarray:
        """Cut a volume (up, across)."""
        return np.take(volume, self.voxel[plane.normal], axis=plane.normal).T

    def positions_mm(self, axis: int) -> np.ndarray:
        """Distance of voxel centres from the middle of the picture, mm."""
        return (np.arange(next(iter(self.volumes.values())).shape[axis]) - self.centre[axis]) * self.spacing_mm[axis]

    def finer(self, name: str, volume: np.ndarray) -> Picture:
        """Show another volume about the same place, which cuts the same box into a whole number of finer voxels."""
        factor = volume.shape[0] // next(iter(self.volumes.values())).shape[0]
        x, y, z = ((index + 0.5) * factor - 0.5 for index in self.centre)
        return Picture(volumes={name: volume}, spacing_mm=self.spacing_mm / factor, centre=(x, y, z), regions=None)


def picture_of(volumes: Mapping[str, np.ndarray], affine: np.ndarray, regions: np.ndarray | None) -> Picture:
    """Turn volumes and regions (x, y, z) to the patient's axes closest to the array's, and find the heart."""

    def turned(array: np.ndarray) -> nibabel.Nifti1Image:
        return nibabel.as_closest_canonical(nibabel.Nifti1Image(np.asarray(array, dtype=np.float32), affine))

    canonical = {name: turned(volume) for name, volume in volumes.items()}
    first = next(iter(canonical.values()))
    labels = None if regions is None else np.asarray(turned(regions).dataobj)
    centre = heart_centre(np.asarray(first.dataobj), first.affine, labels)
    x, y, z = (int(index) for index in np.round(centre))
    return Picture(
        volumes={name: np.asarray(image.dataobj) for name, image in canonical.items()},
        spacing_mm=np.linalg.norm(first.affine[:3, :3], axis=0),
        centre=(x, y, z),
        regions=labels,
    )


def heart_centre(activity: np.ndarray, affine: np.ndarray, regions: np.ndarray | None = None) -> np.ndarray:
    """Find the voxel (fractional indices) about which to show a study.

    The middle of the left ventricle's regions; without regions the brightest spot, blurred by 15 mm and weighted by a
    Gaussian (60 mm) about the middle of the matrix, as the heart is placed there and gut or rim are not; moved five
    times to the centre of activity within 45 mm, which takes it from a wall into the cavity.
    """
    if regions is not None and np.isin(regions, LEFT_VENTRICLE).any():
        return np.asarray(ndimage.center_of_mass(np.isin(regions, LEFT_VENTRICLE)))
    spacing_mm = np.linalg.norm(affine[:3, :3], axis=0)
    indices = np.indices(activity.shape).reshape(3, -1).T
    middle = (np.asarray(activity.shape) - 1) / 2
    expected = np.exp(-0.5 * (np.linalg.norm((indices - middle) * spacing_mm, axis=1) / 60) ** 2)
    highest = np.percentile(activity[activity > 0], 99) if (activity > 0).any() else 0.0
    tamed = np.clip(activity.astype(float), 0, highest)  # voxels that few pinholes see can be bright beyond measure
    weight = expected * ndimage.gaussian_filter(tamed, 15 / 2.355 / spacing_mm).ravel()
    centre = indices[np.argmax(weight)].astype(float)
    for _ in range(5):
        around = np.linalg.norm((indices - centre) * spacing_mm, axis=1) < 45
        if weight[around].sum() > 0:
            centre = np.average(indices[around], axis=0, weights=weight[around])
    return centre
