"""The images of one study by every method, as they are shown side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.ndimage import distance_transform_edt

from custom.errors import BadInput
from custom.evaluation.figures import brightest_near_heart
from custom.evaluation.sections import LEFT_VENTRICLE, Picture, picture_of
from custom.evaluation.whole_volume import check_grid, read_volume


@dataclass(frozen=True, kw_only=True)
class StudyImages:
    """Images of one study on one grid.

    Args:
        study: its name, and what should be known of it.
        volumes: activity (x, y, z) by method, in the order in which they are shown.
        affine: from indices to world millimetres, RAS+.
        regions: labels (x, y, z), left ventricular blood among them.
        imbv: intramyocardial blood volume by method.
    """

    study: str
    volumes: Mapping[str, np.ndarray]
    affine: np.ndarray
    regions: np.ndarray
    imbv: Mapping[str, float]

    def picture(self) -> Picture:
        """Show them about the voxel of the left ventricular blood that lies deepest, so that lines cross the cavity."""
        picture = picture_of(self.volumes, self.affine, self.regions)
        blood = np.asarray(picture.regions) == LEFT_VENTRICLE[1]
        depth_mm = distance_transform_edt(blood, sampling=picture.spacing_mm)
        x, y, z = (int(index) for index in np.unravel_index(depth_mm.argmax(), depth_mm.shape))
        return replace(picture, centre=(x, y, z))


def brightest_of_all(picture: Picture) -> float:
    """Return the largest value that any of the images has in the planes about the heart."""
    return max(brightest_near_heart(picture, volume) for volume in picture.volumes.values()) or 1.0


def read_study_images(study: str, files: Mapping[str, Path], regions: Path, imbv: Mapping[str, float]) -> StudyImages:
    """Read the images of a study.

    Args:
        study: its name.
        files: one volume by method.
        regions: labels.
        imbv: of every method.

    Raises:
        BadInput: a file that cannot be read or lies on another grid, regions without left ventricular blood, or a
            method without its IMBV.
    """
    if missing := [method for method in files if method not in imbv]:
        raise BadInput(
            f"every image of {study} stands with its IMBV, got none of {', '.join(missing)}; was it measured?"
        )
    labels, grid = read_volume(regions)
    if not (labels == LEFT_VENTRICLE[1]).any():
        raise BadInput(
            f"images are shown through the left ventricular blood, but {regions} has none; is it a region map?"
        )
    volumes = {}
    for method, file in files.items():
        volumes[method], affine = read_volume(file)
        check_grid(file, volumes[method].shape, affine, like=labels.shape, grid=grid)
    return StudyImages(study=study, volumes=volumes, affine=grid, regions=labels, imbv=imbv)
