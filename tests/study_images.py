"""A study with a box for a heart, by as many methods as wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from custom.evaluation.study_images import StudyImages

AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])


def study_images(methods: Sequence[str]) -> StudyImages:
    """Return images whose wall is the darker, the later their method: 5 voxels of blood in 2 of wall."""
    regions = np.zeros((20, 22, 18), np.uint8)
    regions[5:14, 6:15, 3:12] = 1
    regions[7:12, 8:13, 5:10] = 2
    imbv = {method: 0.5 / (1 + place) for place, method in enumerate(methods)}
    volumes = {method: np.choose(regions, [100.0, 1000 * value, 1000.0]) for method, value in imbv.items()}
    return StudyImages(study="dog", volumes=volumes, affine=AFFINE, regions=regions, imbv=imbv)
