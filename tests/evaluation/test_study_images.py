"""The images of a study by every method."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.study_images import StudyImages, brightest_of_all, read_study_images

AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])


def save(path: Path, voxels: np.ndarray) -> Path:
    nibabel.save(nibabel.Nifti1Image(voxels.astype(np.float32), AFFINE), path)
    return path


@pytest.fixture
def regions(tmp_path: Path) -> Path:
    labels = np.zeros((16, 16, 12))
    labels[4:13, 4:13, 2:9] = 1
    labels[6:11, 6:11, 3:8] = 2
    return save(tmp_path / "regions.nii.gz", labels)


def test_images_are_read_in_their_order(tmp_path: Path, regions: Path) -> None:
    files = {
        name: save(tmp_path / f"{name}.nii.gz", np.full((16, 16, 12), level)) for name, level in (("b", 2), ("a", 1))
    }
    images = read_study_images("dog", files, regions, {"a": 0.1, "b": 0.2})
    assert list(images.volumes) == ["b", "a"]
    assert [float(volume[0, 0, 0]) for volume in images.volumes.values()] == [2, 1]
    assert brightest_of_all(images.picture()) == 2


def test_the_picture_lies_about_the_deepest_voxel_of_the_blood(regions: Path) -> None:
    labels = np.asarray(nibabel.load(regions).dataobj)
    labels[6:13, 8, 5] = 2  # a thin arm, which moves the centre of mass but not the deepest voxel
    images = StudyImages(
        study="dog", volumes={"a": np.ones(labels.shape)}, affine=AFFINE, regions=labels, imbv={"a": 1}
    )
    assert images.picture().voxel == (8, 8, 5)


@pytest.mark.parametrize("directions", [(1, 1, 1), (-1, 1, -1)])
def test_the_deepest_voxel_is_found_however_the_array_lies(directions: tuple[int, int, int]) -> None:
    labels = np.zeros((9, 9, 9))
    labels[1:4, 1:4, 1:4] = 2
    affine = np.diag([*(4.0 * direction for direction in directions), 1.0])
    images = StudyImages(study="dog", volumes={"a": labels}, affine=affine, regions=labels, imbv={"a": 1})
    assert images.picture().voxel == tuple(2 if direction > 0 else 6 for direction in directions)


def test_what_cannot_be_shown_together_is_refused(tmp_path: Path, regions: Path) -> None:
    image, small = (
        save(tmp_path / "a.nii.gz", np.ones((16, 16, 12))),
        save(tmp_path / "small.nii.gz", np.ones((8, 8, 8))),
    )
    with pytest.raises(BadInput, match=r"stands with its IMBV, got none of b"):
        read_study_images("dog", {"a": image, "b": image}, regions, {"a": 0.1})
    with pytest.raises(BadInput, match=r"has none; is it a region map"):
        read_study_images("dog", {"a": image}, image, {"a": 0.1})
    with pytest.raises(BadInput, match=r"lie on one grid \(16, 16, 12\)"):
        read_study_images("dog", {"a": small}, regions, {"a": 0.1})
