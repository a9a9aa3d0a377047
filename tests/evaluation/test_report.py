import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from monai.transforms import Orientation, Spacing

from custom.evaluation.report import StudyReporter, describe_change, describe_grid, was_interpolated
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


def test_region_means_and_imbv_follow_their_definition():
    """`heart` has 1000 in the blood pool, 200 in the wall and 50 elsewhere; the wall is doubled."""
    after = volume(np.where(regions_of(heart()) == 1, 2, 1) * heart())
    report = describe_change(BEFORE, after, SEEN, REGIONS)
    assert report["imbv"] == {"before": pytest.approx(0.2), "after": pytest.approx(0.4)}
    assert report["region_means"]["myocardium"] == {"before": pytest.approx(200), "after": pytest.approx(400)}
    assert report["region_means"]["left-ventricular blood pool"]["after"] == pytest.approx(1000)
    assert set(report["region_means"]) == {"myocardium", "left-ventricular blood pool", "background"}
    assert report["regions"] == "regions.nii"


def test_grids_are_described_in_words_of_the_header():
    assert describe_grid(BEFORE) == {"shape": [32, 32, 32], "spacing_mm": [4, 4, 4], "axes": "LPI"}
    assert describe_grid(SEEN)["axes"] == "RAS"


def test_only_resampling_counts_as_interpolation():
    assert not was_interpolated(BEFORE, SEEN)
    assert was_interpolated(BEFORE, Spacing(pixdim=3.9)(volume(heart())))


@pytest.fixture
def reporter(tmp_path):
    (tmp_path / "model.pt").write_bytes(b"weights")
    return StudyReporter(
        network={"class": "DynamicUNet", "dynamic": True},
        weights=tmp_path / "model.pt",
        version="0.1.0",
        warnings=["trained on simulated dogs"],
        remarks={"rest": ["cut at the top"], "stress": ["another"]},
    )


@pytest.mark.parametrize("regions", [None, REGIONS])
def test_report_and_picture_stand_beside_the_corrected_volume(tmp_path, reporter, regions):
    (tmp_path / "rest").mkdir()
    after = volume(1.5 * heart(), saved_to=str(tmp_path / "rest" / "rest_corrected.nii.gz"))
    item = {"study": "rest", "before": BEFORE} | ({} if regions is None else {"regions": regions})
    state = SimpleNamespace(batch=[item], output=[{"pred": after, "image": SEEN}], device=torch.device("cpu"))
    reporter.write(SimpleNamespace(state=state))

    assert (tmp_path / "rest" / "rest.png").stat().st_size > 10_000
    report = json.loads((tmp_path / "rest" / "rest.json").read_text())
    assert report["study"] == "rest"
    assert report["warnings"] == ["trained on simulated dogs", "cut at the top"]
    assert report["weights"]["sha256"] == hashlib.sha256(b"weights").hexdigest()
    assert report["network"] == {"class": "DynamicUNet", "dynamic": True}
    assert report["software"]["cardiac-spect-pvc"] == "0.1.0"
    assert report["device"] == "cpu"
    assert report["seconds"] >= 0
    assert ("imbv" in report) == (regions is not None)
