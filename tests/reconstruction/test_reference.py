"""Settings, field of view, report and results of run `reference`."""

from __future__ import annotations

import json
import logging

import nibabel
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.image import imread

from custom.errors import BadInput
from custom.reconstruction.reference import (
    RESULTS,
    Record,
    check_heart_is_seen,
    check_settings,
    report,
    result_folder,
    save,
    summary,
)
from custom.reconstruction.study import Study

SOUND = {"n_iterations": 80, "n_yang_iterations": 10, "device": "cpu"}


def test_sound_settings_pass():
    check_settings(**SOUND)


@pytest.mark.parametrize(("name", "value"), [("n_iterations", 0), ("n_yang_iterations", 2.5), ("device", "gpu")])
def test_settings_that_cannot_be_are_refused(name, value):
    with pytest.raises(BadInput, match=f"{name} must be .*, got {value!r}"):
        check_settings(**SOUND | {name: value})


@pytest.fixture
def study(tiny_camera, tiny_regions):
    return Study(counts=torch.ones(tiny_camera.counts_shape), regions=tiny_regions)


@pytest.fixture
def seen(tiny_camera):
    """All but one slice of the grid."""
    seen = torch.ones(tiny_camera.grid.shape, dtype=torch.bool)
    seen[:, -1] = False
    return seen


def test_a_heart_in_view_passes(study, seen):
    check_heart_is_seen(study, seen)


@pytest.mark.parametrize(("label", "name"), [(1, "myocardium"), (2, "left ventricular blood")])
def test_a_heart_out_of_view_is_refused(label, name, study, seen):
    places = (study.regions == label).nonzero()
    seen[*places[: len(places) // 2].T] = False
    with pytest.raises(BadInput, match=f"must see at least 90% of the {name}, got 50%"):
        check_heart_is_seen(study, seen)


def test_a_record_keeps_numbers_and_lists():
    record = Record()
    assert record(1, torch.zeros(1), torch.tensor(2.5)) is None
    record(2, torch.zeros(1), torch.tensor([1.0, 2.0]))
    assert record.values == [2.5, [1.0, 2.0]]


def made_report(study, seen, camera, uncorrected, corrected):
    return report(
        study=study,
        seen=seen,
        camera=camera,
        uncorrected=uncorrected,
        corrected=corrected,
        log_likelihood=[-3.0, -2.0],
        template_means=[[0.0, 1.0, 4.0, 0.0, 0.0, 0.0, 0.0]],
        version="1.2.3",
        settings={"projections": "counts.nii.gz"},
    )


def test_the_report_by_hand(study, seen, tiny_camera):
    regions = study.regions.double()
    uncorrected, corrected = regions, torch.where(regions == 1, 0.5, regions)
    made = json.loads(json.dumps(made_report(study, seen, tiny_camera, uncorrected, corrected)))
    assert made["camera"] == "tiny"
    assert made["software"] == "cardiac-spect-pvc 1.2.3"
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
    assert made_report(study, seen, tiny_camera, nothing, nothing)["imbv"]["corrected"] is None


def test_what_is_saved(study, seen, tiny_camera, tmp_path, caplog):
    uncorrected, corrected = torch.rand(2, *tiny_camera.grid.shape, generator=torch.Generator().manual_seed(0))
    made = made_report(study, seen, tiny_camera, uncorrected.double(), corrected.double())
    folder = result_folder(str(tmp_path / "results"), overwrite=False)
    with caplog.at_level(logging.INFO):
        save(
            folder,
            grid=tiny_camera.grid,
            uncorrected=uncorrected,
            corrected=corrected,
            report=made,
            picture=Figure(figsize=(2, 1), dpi=50),
        )
    assert {file.name for file in folder.folder.iterdir()} == set(RESULTS)
    for name, image in (("mlem", uncorrected), ("iterative_yang", corrected)):
        saved = nibabel.load(folder.folder / f"{name}.nii.gz")
        assert np.array_equal(saved.get_fdata(), image.numpy())
        assert saved.get_data_dtype() == np.float32
        assert np.allclose(saved.affine, tiny_camera.grid.affine)
        assert saved.header.get_xyzt_units()[0] == "mm"
    assert json.loads((folder.folder / "reference.json").read_text()) == made
    assert imread(folder.folder / "reference.png").shape == (50, 100, 4)
    assert f"{summary(made)}; results in {tmp_path / 'results'}" in caplog.text
    with pytest.raises(BadInput, match="must not hold results yet"):
        result_folder(tmp_path / "results", overwrite=False)
