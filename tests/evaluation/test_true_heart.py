"""Errors against the truth, put in by hand."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.evaluation.segments import wall_segments
from custom.evaluation.true_heart import TrueHeart


def test_rmse_counts_the_heart_and_what_lies_within_10_mm_of_it() -> None:
    """One voxel of blood in 4 mm voxels: errors 8 mm away count, errors 12 mm away do not; blood is 50."""
    regions = np.zeros((15, 15, 15), np.uint8)
    regions[7, 7, 7] = 2
    truth = np.where(regions == 2, 50.0, 1.0)
    heart = TrueHeart(activity=truth, regions=regions, affine=np.diag([4.0, 4.0, 4.0, 1.0]))
    distance = 4 * np.linalg.norm(np.indices(regions.shape) - 7, axis=0)
    n_within = np.count_nonzero(distance <= 10)
    image = truth.copy()
    image[10, 7, 7] = 1000
    assert heart.rmse(image) == 0
    image[9, 7, 7] += 5
    assert heart.rmse(image) == pytest.approx(5 / np.sqrt(n_within) / 50)
    assert heart.rmse(truth + 5) == pytest.approx(0.1)


@pytest.fixture
def heart(studies) -> TrueHeart:
    files = {key: nibabel.load(Path(studies[0][key])) for key in ("truth", "regions")}
    regions = np.asarray(files["regions"].dataobj)
    return TrueHeart(activity=files["truth"].get_fdata(), regions=regions, affine=files["regions"].affine)


def test_recovery_is_the_share_of_the_true_mean(heart: TrueHeart) -> None:
    image = heart.activity * np.select([heart.regions == 1, heart.regions == 2], [1.5, 0.9], 7)
    assert heart.wall_recovery(image) == pytest.approx(1.5)
    assert heart.cavity_recovery(image) == pytest.approx(0.9)


def test_the_truth_has_no_error(heart: TrueHeart) -> None:
    assert heart.rmse(heart.activity) == heart.segment_rmse(heart.activity) == 0


def test_segments_are_told_in_parts_of_the_true_blood(heart: TrueHeart) -> None:
    """Blood is 40,000; 4,000 more in one segment is 0.1 of it there, and 0.1 / √17 over all."""
    segments = wall_segments(heart.regions, heart.affine)
    image = heart.activity + np.where(segments == 8, 4000, 0) + np.where(heart.regions == 2, 9000, 0)
    change = np.subtract(heart.segments(image), heart.segments(heart.activity))
    assert change == pytest.approx(np.where(np.arange(1, 18) == 8, 0.1, 0))
    assert heart.segment_rmse(image) == pytest.approx(0.1 / np.sqrt(17))


def test_errors_that_cancel_within_a_segment_leave_its_mean(heart: TrueHeart) -> None:
    segments = wall_segments(heart.regions, heart.affine)
    voxels = np.flatnonzero(segments == 3)[:2]
    image = heart.activity.copy()
    image.flat[voxels] += (4000, -4000)
    assert heart.segment_rmse(image) == pytest.approx(0, abs=1e-9)
    assert heart.rmse(image) > 0
