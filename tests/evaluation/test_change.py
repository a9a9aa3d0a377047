import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from monai.transforms import Orientation, ResizeWithPadOrCrop, Spacing

from custom.evaluation.change import REGIONS as REGION_NAMES
from custom.evaluation.change import describe_change, describe_grid, was_interpolated
from custom.reconstruction.regions import Region
from tests.nm_files import heart, regions_of

AFFINE = torch.diag(torch.tensor([-4.0, -4.0, -4.0, 1.0], dtype=torch.float64))


def volume(voxels, **meta):
    return MetaTensor(torch.as_tensor(np.asarray(voxels, dtype=np.float32))[None], affine=AFFINE, meta=meta)


BEFORE = volume(heart(), filename_or_obj="rest.dcm")
AFTER = volume(1.5 * heart())
SEEN = Orientation("RAS", labels=None)(volume(heart() / 1000, activity_scale=1000.0))
REGIONS = volume(regions_of(heart()), filename_or_obj="regions.nii")


def test_activity_is_summed_before_and_after():
    report = describe_change(BEFORE, AFTER, SEEN)
    assert report["input"] == "rest.dcm"
    assert report["total_activity"]["before"] == pytest.approx(heart().sum())
    assert report["total_activity"]["after"] == pytest.approx(1.5 * heart().sum())
    assert report["total_activity"]["ratio"] == pytest.approx(1.5)
    assert report["activity_scale"] == 1000
    assert "imbv" not in report


def test_the_largest_change_is_told_by_the_brightest_voxel():
    """`heart` has 1000 in the blood pool and 200 in the wall: +500 and −100 where they change."""
    after = volume(np.where(regions_of(heart()) == 1, 0.5, 1.5) * heart())
    assert describe_change(BEFORE, after, SEEN)["largest_change"] == pytest.approx({"fall": -0.1, "rise": 0.5})


def test_region_means_and_imbv_follow_their_definition():
    """`heart` has 1000 in the blood pool, 200 in the wall and 50 elsewhere; the wall is doubled."""
    after = volume(np.where(regions_of(heart()) == 1, 2, 1) * heart())
    report = describe_change(BEFORE, after, SEEN, REGIONS)
    assert report["imbv"] == {"before": pytest.approx(0.2), "after": pytest.approx(0.4)}
    assert report["region_means"]["myocardium"] == {"before": pytest.approx(200), "after": pytest.approx(400)}
    assert report["region_means"]["left ventricular blood"]["after"] == pytest.approx(1000)
    assert set(report["region_means"]) == {"myocardium", "left ventricular blood", "background"}
    assert report["regions"] == "regions.nii"


def test_grids_are_described_in_words_of_the_header():
    assert describe_grid(BEFORE) == {"shape": [32, 32, 32], "spacing_mm": [4, 4, 4], "axes": "LPI"}
    assert describe_grid(SEEN)["axes"] == "RAS"


def test_only_resampling_counts_as_interpolation():
    assert not was_interpolated(BEFORE, SEEN)
    assert was_interpolated(BEFORE, Spacing(pixdim=3.9)(volume(heart())))


@pytest.mark.parametrize("size", [32, 40])
def test_cutting_and_padding_is_no_interpolation(size):
    assert not was_interpolated(BEFORE, ResizeWithPadOrCrop(size)(SEEN))


@pytest.mark.parametrize("spacing_mm", [2, 8, 12, (4, 4, 8)])
def test_a_whole_ratio_of_spacings_is_interpolated_too(spacing_mm):
    """Voxels of 8 mm lie on every second one of 4 mm; those between are new."""
    affine = torch.diag(torch.tensor([*np.broadcast_to(spacing_mm, 3), 1], dtype=torch.float64))
    study = MetaTensor(torch.ones(1, 16, 16, 16), affine=affine)
    seen = ResizeWithPadOrCrop(32)(Spacing(pixdim=4.0)(study))
    assert describe_grid(seen)["spacing_mm"] == [4, 4, 4]
    assert was_interpolated(study, seen)


def test_regions_are_named_as_in_the_report_of_the_reference():
    assert [region.words for region in Region] == list(REGION_NAMES)
