"""What run `reference` says of a study in numbers."""

from __future__ import annotations

import json

import pytest
import torch

from custom.reconstruction.pipeline import Corrected
from custom.reconstruction.report import report, summary
from custom.reconstruction.study import Study


@pytest.fixture
def study(tiny_camera, tiny_regions):
    return Study(counts=torch.ones(tiny_camera.counts_shape), regions=tiny_regions)


@pytest.fixture
def seen(tiny_camera):
    """All but one slice of the grid."""
    seen = torch.ones(tiny_camera.grid.shape, dtype=torch.bool)
    seen[:, -1] = False
    return seen


def made_report(study, seen, camera, uncorrected, corrected):
    result = Corrected(
        uncorrected=uncorrected,
        corrected=corrected,
        seen=seen,
        log_likelihood=[-3.0, -2.0],
        template_means=[[0.0, 1.0, 4.0, 0.0, 0.0, 0.0, 0.0]],
    )
    return report(study=study, result=result, camera=camera, provenance={"software": "ours 1.2.3"})


def test_the_report_by_hand(study, seen, tiny_camera):
    regions = study.regions.double()
    uncorrected, corrected = regions, torch.where(regions == 1, 0.5, regions)
    made = json.loads(json.dumps(made_report(study, seen, tiny_camera, uncorrected, corrected)))
    assert made["camera"] == "tiny"
    assert made["software"] == "ours 1.2.3"
    assert made["imbv"] == {"uncorrected": 0.5, "corrected": 0.25}
    assert made["log_likelihood"] == [-3, -2]
    assert made["template_means"] == [{"myocardium": 1, "all blood": 4}]
    assert list(made["regions"]) == [
        "myocardium",
        "left ventricular blood",
        "other blood",
        "liver",
        "lung",
        "background",
    ]
    ml = 9 * 10 * 11 / 1000
    for label, (name, entry) in enumerate(made["regions"].items(), start=1):
        here = study.regions == label
        assert entry["label"] == label, name
        assert entry["mean"] == pytest.approx({"uncorrected": label, "corrected": 0.5 if label == 1 else label})
        assert entry["volume_ml"] == pytest.approx(int(here.sum()) * ml)
        assert entry["volume_in_field_of_view_ml"] == pytest.approx(int((here & seen).sum()) * ml)
    assert made["regions"]["liver"]["volume_in_field_of_view_ml"] < made["regions"]["liver"]["volume_ml"]


def test_an_empty_blood_pool_has_no_imbv(study, seen, tiny_camera):
    nothing = torch.zeros(tiny_camera.grid.shape, dtype=torch.float64)
    made = made_report(study, seen, tiny_camera, nothing, nothing)
    assert made["imbv"]["corrected"] is None
    assert "undefined (no activity in the blood pool) corrected" in summary(made)
