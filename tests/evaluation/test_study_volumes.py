"""The volumes of one study: each read, none of another grid or image."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.methods import Correction
from custom.evaluation.study_volumes import read_study


@pytest.fixture
def correction(studies, tmp_path: Path) -> Correction:
    """Twice the image."""
    image = nibabel.load(studies[0]["image"])
    activity = image.get_fdata()
    path = tmp_path / "a_corrected.nii.gz"
    nibabel.save(nibabel.Nifti1Image((2 * activity).astype(np.float32), image.affine), path)
    return Correction(volume=path, network="U-net", activity=float(activity.sum()))


def test_volumes_come_by_method_on_one_grid(studies, correction: Correction) -> None:
    volumes = read_study(studies[0], {"U-net": correction})
    assert list(volumes.by_method) == ["no correction", "U-net", "iterative Yang", "truth"]
    np.testing.assert_array_equal(volumes.by_method["U-net"], 2 * volumes.by_method["no correction"])
    np.testing.assert_array_equal(volumes.by_method["truth"], nibabel.load(studies[0]["truth"]).get_fdata())
    regions = nibabel.load(studies[0]["regions"])
    np.testing.assert_array_equal(volumes.regions, regions.get_fdata())
    np.testing.assert_array_equal(volumes.affine, regions.affine)
    assert volumes.regions.dtype == np.uint8


def test_a_volume_on_another_grid_is_refused(studies, correction: Correction) -> None:
    image = nibabel.load(correction.volume)
    affine = image.affine.copy()
    affine[0, 3] += 2
    nibabel.save(nibabel.Nifti1Image(image.get_fdata(dtype=np.float32), affine), correction.volume)
    with pytest.raises(BadInput, match=r"on one grid .* but .*a_corrected\.nii\.gz does not"):
        read_study(studies[0], {"U-net": correction})


def test_a_correction_of_another_image_is_refused(studies, correction: Correction) -> None:
    older = Correction(volume=correction.volume, network="U-net", activity=1.001 * correction.activity)
    with pytest.raises(BadInput, match=r"a_corrected\.nii\.gz was made from .*; was the cohort simulated anew"):
        read_study(studies[0], {"U-net": older})
    read_study(studies[0], {"U-net": Correction(volume=correction.volume, network=None, activity=None)})
