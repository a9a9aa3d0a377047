"""The volumes of one study that are compared, each on the same grid and made from the same image."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from custom.errors import BadInput
from custom.evaluation.methods import REFERENCE, TRUTH, UNCORRECTED, Correction
from custom.evaluation.whole_volume import check_grid, read_volume


@dataclass(frozen=True, kw_only=True)
class StudyVolumes:
    """One study.

    Args:
        by_method: activity (x, y, z): no correction, corrections, iterative Yang, the truth.
        regions: labels of the same shape.
        affine: of them all, to RAS+ millimetres.
    """

    by_method: Mapping[str, np.ndarray]
    regions: np.ndarray
    affine: np.ndarray


def read_study(study: Mapping[str, str], corrections: Mapping[str, Correction]) -> StudyVolumes:
    """Read the volumes of a study.

    Args:
        study: paths under `image`, `label`, `truth` and `regions`.
        corrections: what each method made of it.

    Raises:
        BadInput: a volume that cannot be read, lies on another grid, or was made from another image.
    """
    regions, affine = read_volume(Path(study["regions"]))
    files = {
        UNCORRECTED: Path(study["image"]),
        **{method: correction.volume for method, correction in corrections.items()},
        REFERENCE: Path(study["label"]),
        TRUTH: Path(study["truth"]),
    }
    volumes = {method: _read_on(path, regions.shape, affine) for method, path in files.items()}
    for correction in corrections.values():
        _check_source(correction, volumes[UNCORRECTED])
    return StudyVolumes(by_method=volumes, regions=regions.astype(np.uint8), affine=affine)


def _read_on(path: Path, shape: tuple[int, ...], affine: np.ndarray) -> np.ndarray:
    volume, its_affine = read_volume(path)
    check_grid(path, volume.shape, its_affine, like=shape, grid=affine)
    return volume


def _check_source(correction: Correction, image: np.ndarray) -> None:
    """Hold what a report says of the image that was corrected against the cohort's image."""
    activity = float(image.sum(dtype=np.float64))
    if correction.activity is not None and not math.isclose(correction.activity, activity, rel_tol=1e-4):
        raise BadInput(
            f"methods correct the cohort's images, but {correction.volume} was made from one with a total activity of "
            f"{correction.activity:g} instead of {activity:g}; was the cohort simulated anew? Correct it again"
        )
