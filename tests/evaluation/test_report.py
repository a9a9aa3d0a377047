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


AFTER = volume(1.5 * heart())
SEEN = Orientation("RAS", labels=None)(volume(heart() / 1000, activity_scale=1000.0))


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


def read_from(path, voxels):
    path.write_bytes(path.name.encode())
    return volume(voxels, filename_or_obj=str(path))


@pytest.mark.parametrize("known", [False, True])
def test_report_and_picture_stand_beside_the_corrected_volume(tmp_path, reporter, known):
    (tmp_path / "rest").mkdir()
    after = volume(1.5 * heart(), saved_to=str(tmp_path / "rest" / "rest_corrected.nii.gz"))
    item = {"study": "rest", "before": read_from(tmp_path / "rest.dcm", heart())}
    if known:
        item["regions"] = read_from(tmp_path / "regions.nii", regions_of(heart()))
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
    assert ("imbv" in report) == known
    files = {"image": b"rest.dcm"} | ({"regions": b"regions.nii"} if known else {})
    assert report["inputs"] == {key: {"sha256": hashlib.sha256(name).hexdigest()} for key, name in files.items()}


def test_without_pictures_there_is_the_report_alone(tmp_path, reporter):
    reporter.pictures = False
    after = volume(1.5 * heart(), saved_to=str(tmp_path / "rest_corrected.nii.gz"))
    item = {"study": "rest", "before": read_from(tmp_path / "rest.dcm", heart())}
    state = SimpleNamespace(batch=[item], output=[{"pred": after, "image": SEEN}], device=torch.device("cpu"))
    reporter.write(SimpleNamespace(state=state))
    assert {file.name for file in tmp_path.iterdir()} == {"model.pt", "rest.dcm", "rest.json"}
