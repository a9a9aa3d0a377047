import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from monai.transforms import Orientation

from custom.evaluation.report import StudyReporter
from tests.nm_files import heart, regions_of

AFFINE = torch.diag(torch.tensor([-4.0, -4.0, -4.0, 1.0], dtype=torch.float64))


def volume(voxels, **meta):
    return MetaTensor(torch.as_tensor(np.asarray(voxels, dtype=np.float32))[None], affine=AFFINE, meta=meta)


BEFORE = volume(heart(), filename_or_obj="rest.dcm")
AFTER = volume(1.5 * heart())
SEEN = Orientation("RAS", labels=None)(volume(heart() / 1000, activity_scale=1000.0))
REGIONS = volume(regions_of(heart()), filename_or_obj="regions.nii")


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


def test_without_pictures_there_is_the_report_alone(tmp_path, reporter):
    reporter.pictures = False
    after = volume(1.5 * heart(), saved_to=str(tmp_path / "rest_corrected.nii.gz"))
    item = {"study": "rest", "before": BEFORE}
    state = SimpleNamespace(batch=[item], output=[{"pred": after, "image": SEEN}], device=torch.device("cpu"))
    reporter.write(SimpleNamespace(state=state))
    assert {file.name for file in tmp_path.iterdir()} == {"model.pt", "rest.json"}
