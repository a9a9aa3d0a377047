"""Run `attenuation`, as a user starts it and within this process."""

from __future__ import annotations

import json
import shutil
from functools import partial

import matplotlib.image
import nibabel
import numpy as np
import pytest

from custom.data.study_rules import check_ct
from custom.data.volume import read_volume
from custom.reconstruction.study import read_study
from custom.reconstruction.study_files import StudyFiles
from custom.scanner.camera import load_camera
from tests.ct_files import body, write_series
from tests.nm_files import heart, regions_of, write_nifti, write_nm

RESULTS = ("attenuation.json", "attenuation.png", "ct.nii.gz", "mu.nii.gz")


@pytest.fixture(scope="module")
def chest(tmp_path_factory):
    return write_series(tmp_path_factory.mktemp("ct") / "chest", body())


@pytest.fixture
def run(run_config, repository, chest):
    """Run the config within this process, with other options than those of the chest on the tiny camera."""
    camera = str(repository / "tests" / "tiny_camera.yaml")
    return partial(run_config, "attenuate", ct=str(chest), camera=camera, centre_mm=[0, 0, 0])


def test_from_the_repository(run_python, repository, chest, tmp_path):
    """Status 0 and all results; then a second start that may not overwrite them, in one line."""
    config = repository / "bundle" / "configs" / "attenuate.yaml"
    command = ["-m", "monai.bundle", "run", "attenuation", "--config_file", config.relative_to(repository)]
    command += [
        "--ct",
        chest,
        "--centre_mm",
        "[0, 0, 0]",
        "--shift_mm",
        "[0, 4.5, 0]",
        "--output_dir",
        tmp_path / "out",
    ]
    ended = run_python(*command, folder=repository)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"chest_{kind}" for kind in RESULTS]
    report = json.loads((tmp_path / "out" / "chest_attenuation.json").read_text())
    assert report["placement"]["shift_mm"] == [0, 4.5, 0]
    assert report["software"].startswith("cardiac-spect-pvc ")
    assert matplotlib.image.imread(tmp_path / "out" / "chest_attenuation.png").std() > 0.1
    again = run_python(*command, folder=repository)
    assert again.returncode != 0
    assert again.stderr.splitlines()[-1].startswith("error: output_dir must not hold results yet")


def test_reference_and_inference_take_what_comes_out(run, repository, tmp_path):
    camera = load_camera(repository / "tests" / "tiny_camera.yaml")
    results = run()
    regions = np.ones(camera.grid.shape, np.uint8)
    regions[0] = 2
    write_nifti(tmp_path / "regions.nii.gz", regions, camera.grid.affine)
    write_nifti(tmp_path / "counts.nii.gz", np.ones(camera.counts_shape), np.eye(4))
    files = {"projections": str(tmp_path / "counts.nii.gz"), "regions": str(tmp_path / "regions.nii.gz")}
    study = read_study(StudyFiles(mu_map=str(results / "chest_mu.nii.gz"), **files), camera)
    assert study.mu_per_mm is not None
    assert 0.012 < float(study.mu_per_mm.max()) < 0.02
    ct = read_volume(results / "chest_ct.nii.gz")
    check_ct(ct, ct)


def test_a_study_gives_its_grid(run, tmp_path):
    study = write_nm(tmp_path / "study.dcm", heart((40, 40, 30)), position=(-78, -78, 58))
    results = run(study=str(study), centre_mm=None, rotation_deg=[0, 5, 0])
    mu = nibabel.load(results / "study_mu.nii.gz")
    assert mu.shape == (40, 40, 30)
    np.testing.assert_allclose(mu.affine, read_volume(study).affine)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ct": None}, "ct must be given"),
        ({"ct": "nowhere"}, "exists"),
        ({"ct": "empty"}, "got no files"),
        ({"ct": "gap"}, "is a slice missing"),
        ({"ct": "one"}, "several slices, got 1"),
        ({"ct": "two"}, "--series"),
        ({"ct": "cut"}, "cut short"),
        ({"ct": "spect"}, "of modality NM"),
        ({"series": "9.9"}, "got 9.9"),
        ({"centre_mm": [0, 0]}, "centre_mm must be three finite numbers"),
        ({"shift_mm": "right"}, "shift_mm must be three finite numbers"),
        ({"centre_mm": [70, 70, 70]}, "centre_mm or shift_mm wrong"),
        ({"kvp": 100}, "what the CT's files say"),
        ({"study": "nowhere.dcm"}, "nowhere.dcm"),
        ({"study": "regions.nii.gz"}, "region map"),
        ({"camera": "nowhere.yaml"}, "camera file nowhere.yaml"),
        ({"name": "a/b"}, "without a folder"),
    ],
)
def test_bad_input_ends_in_one_line_and_leaves_nothing(refused, chest, tmp_path, options, said):
    (tmp_path / "empty").mkdir()
    for folder in ("gap", "one", "two", "cut"):
        shutil.copytree(chest, tmp_path / folder)
    (tmp_path / "gap" / "slice_007.dcm").unlink()
    for file in sorted((tmp_path / "one").iterdir())[1:]:
        file.unlink()
    write_series(tmp_path / "two" / "b", body((4, 4, 4)), SeriesInstanceUID="1.2.4")
    cut = tmp_path / "cut" / "slice_003.dcm"
    cut.write_bytes(cut.read_bytes()[:3000])
    (tmp_path / "spect").mkdir()
    write_nm(tmp_path / "spect" / "study.dcm", heart((8, 8, 8)))
    write_nifti(tmp_path / "regions.nii.gz", regions_of(heart((40, 40, 40))))
    options = {
        name: str(tmp_path / value) if (tmp_path / str(value)).exists() and name in ("ct", "study") else value
        for name, value in options.items()
    }
    assert said in refused(**options)
