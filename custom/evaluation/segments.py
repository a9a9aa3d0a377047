"""The 17 segments of the left ventricle's wall, from a label map alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from custom.errors import BadInput
from custom.metrics import BLOOD_POOL, MYOCARDIUM

OTHER_BLOOD = 3
SIXTHS = ("anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral")
QUARTERS = ("anterior", "septal", "inferior", "lateral")
SEGMENTS = (
    *(f"basal {side}" for side in SIXTHS),
    *(f"mid {side}" for side in SIXTHS),
    *(f"apical {side}" for side in QUARTERS),
    "apex",
)
"""Segments 1 to 17, Cerqueira et al. 2002, doi:10.1161/hc0402.102975."""
BY_SIXTH = np.array([2, 1, 6, 5, 4, 3])  # basal segments from the middle of the septum on, over the anterior wall
BY_QUARTER = np.array([14, 13, 16, 15])  # apical segments, the septum first


@dataclass(frozen=True, kw_only=True)
class VentricularAxes:
    """How a left ventricle lies in the space of its label map.

    Args:
        base_mm: middle of the valve plane.
        long_axis: unit vector from there to the apex.
        septal: unit vector across the long axis, to the middle of the septum.
        cavity_mm: length of the cavity along the long axis.
    """

    base_mm: np.ndarray
    long_axis: np.ndarray
    septal: np.ndarray
    cavity_mm: float

    @property
    def anterior(self) -> np.ndarray:
        """Unit vector to the anterior wall: septal × long axis, for in RAS coordinates hearts are not mirrored."""
        return np.cross(self.septal, self.long_axis)

    def heights(self, points_mm: np.ndarray) -> np.ndarray:
        """Return where points (point, 3) lie along the cavity: 0 in the valve plane, 1 at the cavity's end."""
        return (points_mm - self.base_mm) @ self.long_axis / self.cavity_mm

    def angles_deg(self, points_mm: np.ndarray) -> np.ndarray:
        """Return where points (point, 3) lie about the long axis: 0 in the septum, 90 in the anterior wall, to 360."""
        across = points_mm - self.base_mm
        return np.degrees(np.arctan2(across @ self.anterior, across @ self.septal)) % 360


def ventricular_axes(regions: np.ndarray, affine: np.ndarray) -> VentricularAxes:
    """Find how the left ventricle lies.

    The long axis runs from the middle of the valve plane, where the cavity touches other blood, through the centre of
    wall and cavity. The septum is the wall in the middle third that touches other blood, there the right ventricle's.

    Args:
        regions: labels (x, y, z): 1 myocardium, 2 left ventricular blood, 3 other blood.
        affine: of the label map, to RAS+ millimetres.

    Raises:
        BadInput: no valve plane or no septum.
    """
    wall, cavity, other = (regions == label for label in (MYOCARDIUM, BLOOD_POOL, OTHER_BLOOD))
    valve = _interface_mm(cavity, other, affine)
    if not len(valve) or not wall.any():
        raise BadInput(
            "segments need a wall (label 1), and a cavity (2) that is open to other blood (3) in the valve plane, got "
            f"{wall.sum()}, {cavity.sum()} voxels and {len(valve)} faces between; does label 3 hold the left atrium?"
        )
    base = valve.mean(axis=0)
    long_axis = _unit(_centres_mm(wall | cavity, affine).mean(axis=0) - base)
    cavity_mm = float(((_centres_mm(cavity, affine) - base) @ long_axis).max())
    beside = _interface_mm(wall, other, affine) - base
    heights = beside @ long_axis / cavity_mm
    septum = beside[(heights >= 1 / 3) & (heights < 2 / 3)]
    if not len(septum):
        raise BadInput(
            "segments need a septum: in the middle third of the ventricle its wall (label 1) touches the right one's "
            "blood (3), got none; is the right ventricle labelled?"
        )
    across = septum - np.outer(septum @ long_axis, long_axis)
    return VentricularAxes(base_mm=base, long_axis=long_axis, septal=_unit(across.mean(axis=0)), cavity_mm=cavity_mm)


def wall_segments(regions: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Number the wall of the left ventricle by segments.

    From valve plane to the cavity's end three levels of equal length, with 6, 6 and 4 segments of equal angle, the
    septum being the middle of segments 2 and 3, 8 and 9, and of 14; the wall beyond the cavity is segment 17.

    Args:
        regions: labels (x, y, z): 1 myocardium, 2 left ventricular blood, 3 other blood.
        affine: of the label map, to RAS+ millimetres.

    Returns:
        Numbers 1 to 17 where the wall is, 0 elsewhere, (x, y, z).

    Raises:
        BadInput: no valve plane, no septum, or a segment without a voxel.

    Source: Cerqueira et al. 2002, doi:10.1161/hc0402.102975.
    """
    axes = ventricular_axes(regions, affine)
    points = _centres_mm(regions == MYOCARDIUM, affine)
    heights, angles = axes.heights(points), axes.angles_deg(points)
    basal = BY_SIXTH[(angles // 60).astype(int) % 6]
    apical = BY_QUARTER[((angles + 45) // 90).astype(int) % 4]
    segments = np.zeros(regions.shape, np.uint8)
    segments[regions == MYOCARDIUM] = np.select(
        [heights > 1, heights >= 2 / 3, heights >= 1 / 3], [len(SEGMENTS), apical, basal + 6], basal
    )
    missing = [name for number, name in enumerate(SEGMENTS, start=1) if not (segments == number).any()]
    if missing:
        raise BadInput(
            f"every segment of the wall has voxels, got none for {', '.join(missing)}; is the wall (label 1) whole?"
        )
    return segments


def segment_means(image: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Return the mean activity of each segment, shape (17,), of an image and segments of shape (x, y, z)."""
    return np.asarray(ndimage.mean(image, segments, np.arange(1, len(SEGMENTS) + 1)))


def _centres_mm(mask: np.ndarray, affine: np.ndarray) -> np.ndarray:
    return np.argwhere(mask) @ affine[:3, :3].T + affine[:3, 3]


def _interface_mm(one: np.ndarray, other: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Return the middles of the faces between voxels of two masks, (face, 3)."""
    middles = []
    for axis, half in enumerate(np.eye(3) / 2):
        first, second = np.moveaxis(one, axis, 0), np.moveaxis(other, axis, 0)
        touch = (first[:-1] & second[1:]) | (second[:-1] & first[1:])
        middles.append(np.argwhere(np.moveaxis(touch, 0, axis)) + half)
    return np.concatenate(middles) @ affine[:3, :3].T + affine[:3, 3]


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
