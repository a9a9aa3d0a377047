"""Run `reference`, as a user starts it and within this process, on the tiny camera."""

from __future__ import annotations

import json
import shutil
from functools import partial

import nibabel
import numpy as np
import pytest
import torch
from monai.bundle import ConfigWorkflow

from custom.projection.attenuation import transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import assemble
from custom.reconstruction.regions import template
from custom.scanner.camera import load_camera
from tests.shown_commands import command_line

N_ITERATIONS, N_YANG_ITERATIONS = 6, 2


def put(path, array, affine):
    nibabel.save(nibabel.Nifti1Image(np.asarray(array), affine), path)


@pytest.fixture(scope="module")
def tiny_study(repository, tmp_path_factory):
    """Files of a study that the tiny camera could have measured: a heart in water, with scatter in the counts."""
    folder = tmp_path_factory.mktemp("study")
    camera = load_camera(repository / "tests" / "tiny_camera.yaml")
    grid = camera.grid
    x, y, z = np.meshgrid(*(axis - axis.mean() for axis in grid.centres_mm()), indexing="ij")
    radius = np.sqrt(x**2 + y**2 + z**2)
    regions = np.select([radius < 13, radius < 24, x > 40], [2, 1, 0], 6).astype(np.uint8)
    mu = torch.where(torch.from_numpy(regions) > 0, 0.0154, 0.0)
    projector = MatrixProjector(
        assemble(camera, grid, progress=False), transmission=transmission(mu, grid, camera, grid)
    )
    activity = template(torch.tensor([0.0, 0.15, 1.0, 1.0, 0.25, 0.15, 0.04]), torch.from_numpy(regions))
    primaries = projector.forward(1e6 * activity)
    counts = torch.poisson(1.3 * primaries, generator=torch.Generator().manual_seed(0))
    put(folder / "counts.nii.gz", counts, np.eye(4))
    put(folder / "scatter.nii.gz", 0.3 * primaries, np.eye(4))
    put(folder / "regions.nii.gz", regions, grid.affine)
    put(folder / "mu.nii.gz", mu, grid.affine)
    return folder


@pytest.fixture(scope="module")
def options(tiny_study, repository):
    """What the user of the tiny camera sets."""
    return {
        "projections": str(tiny_study / "counts.nii.gz"),
        "regions": str(tiny_study / "regions.nii.gz"),
        "mu_map": str(tiny_study / "mu.nii.gz"),
        "background": str(tiny_study / "scatter.nii.gz"),
        "camera": str(repository / "tests" / "tiny_camera.yaml"),
        "n_iterations": N_ITERATIONS,
        "n_yang_iterations": N_YANG_ITERATIONS,
        "device": "cpu",
    }


@pytest.fixture
def run(run_config, options):
    """Run the config within this process, with other options than `options`."""
    return partial(run_config, "reference", **options)


def test_from_the_repository(run_python, repository, options, tmp_path):
    """Status 0, and results that hang together; then a second start that may not overwrite them."""
    config = repository / "bundle" / "configs" / "reference.yaml"
    command = ["-m", "monai.bundle", "run", "reference", "--config_file", config.relative_to(repository)]
    command += command_line(options | {"output_dir": tmp_path / "results"})
    done = run_python(*command, folder=repository)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "IMBV" in done.stdout

    made = json.loads((tmp_path / "results" / "reference.json").read_text())
    assert made["camera"] == "tiny"
    assert made["software"].startswith("cardiac-spect-pvc 0.")
    assert len(made["log_likelihood"]) == N_ITERATIONS
    assert made["log_likelihood"] == sorted(made["log_likelihood"])
    assert len(made["template_means"]) == N_YANG_ITERATIONS
    assert made["imbv"]["corrected"] < made["imbv"]["uncorrected"]
    assert made["inputs"]["projections"]["path"] == options["projections"]
    regions = nibabel.load(options["regions"]).get_fdata()
    for name, state in (("mlem", "uncorrected"), ("iterative_yang", "corrected")):
        image = nibabel.load(tmp_path / "results" / f"{name}.nii.gz")
        assert np.allclose(image.affine, nibabel.load(options["regions"]).affine)
        mean = image.get_fdata()[regions == 1].mean()
        assert made["regions"]["myocardium"]["mean"][state] == pytest.approx(mean, rel=1e-5)

    assert (tmp_path / "results" / "reference.png").read_bytes().startswith(b"\x89PNG")

    again = run_python(*command, folder=repository)
    assert again.returncode == 1
    assert [line for line in again.stderr.splitlines() if line.startswith("error: ")] == again.stderr.splitlines()[-1:]
    assert "output_dir must not hold results yet" in again.stderr
    assert "Traceback" not in again.stderr


def test_from_any_other_folder(run_python, repository, options, tmp_path):
    config = repository / "bundle" / "configs" / "reference.yaml"
    command = ["-m", "monai.bundle", "run", "reference", "--config_file", config]
    command += command_line(options | {"output_dir": "results", "n_yang_iterations": 1})
    done = run_python(*command, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "iterative_yang.nii.gz").is_file()


def test_a_folder_of_studies(run_python, repository, tiny_study, options, tmp_path):
    """Results of each study; of one with a broken file one line, and status 1."""
    studies = tmp_path / "studies"
    for name in ("first", "second", "third"):
        (studies / name).mkdir(parents=True)
        for kind in ("counts", "regions", "mu", "scatter"):
            shutil.copy(tiny_study / f"{kind}.nii.gz", studies / name / f"{name}_{kind}.nii.gz")
    (studies / "second" / "second_mu.nii.gz").write_text("dear colleague")
    config = repository / "bundle" / "configs" / "reference.yaml"
    kept = {
        key: value for key, value in options.items() if key not in ("projections", "regions", "mu_map", "background")
    }
    command = ["-m", "monai.bundle", "run", "reference", "--config_file", config, *command_line(kept)]
    command += command_line({"projections": "studies", "output_dir": "results"})
    done = run_python(*command, folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "error: every study should succeed, got 1 of 3 that failed: second: mu_map must be a NIfTI" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["first", "third"]
    assert json.loads((tmp_path / "results" / "third" / "reference.json").read_text())["imbv"]["corrected"] > 0


def test_without_mu_map_and_background(run):
    made = json.loads((run(mu_map=None, background=None) / "reference.json").read_text())
    assert made["inputs"]["mu_map"] is None
    assert made["imbv"]["corrected"] < made["imbv"]["uncorrected"]


def test_results_are_replaced_on_request(run, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "reference.json").write_text("old")
    assert json.loads((run(overwrite=True) / "reference.json").read_text())["camera"] == "tiny"


def test_attenuation_is_corrected(run):
    """The same counts stand for more activity behind water."""

    def blood(made):
        return made["regions"]["left ventricular blood"]["mean"]["uncorrected"]

    behind_water = json.loads((run() / "reference.json").read_text())
    in_air = json.loads((run(mu_map=None, overwrite=True) / "reference.json").read_text())
    assert blood(behind_water) > 1.5 * blood(in_air)


def test_the_default_camera_is_there(repository):
    workflow = ConfigWorkflow(
        str(repository / "bundle" / "configs" / "reference.yaml"),
        logging_file=False,
        workflow_type=None,
        bundle_root=str(repository / "bundle"),
    )
    workflow.initialize()
    camera = load_camera(workflow.parser.get_parsed_content("camera"))
    assert camera.counts_shape == (19, 32, 32)


def changed(options, tmp_path, name, change):
    """A copy of one input with other values; `change` takes and returns an array."""
    image = nibabel.load(options[name])
    path = tmp_path / f"changed_{name}.nii.gz"
    put(path, change(image.get_fdata(dtype=np.float32)), image.affine)
    return {name: str(path)}


def with_nan(array):
    array.flat[0] = np.nan
    return array


BAD_VALUES = {
    "shape": ("projections", lambda a: a[:, :, :4], "projections of tiny must have shape (3, 6, 5)"),
    "negative": ("projections", lambda a: a - 1e4, "projections must be finite and not negative"),
    "nan": ("projections", with_nan, "projections must be finite and not negative, got NaN"),
    "zeros": ("projections", lambda a: 0 * a, "projections must hold counts, got zeros only"),
    "other_grid": ("regions", lambda a: a[1:], "regions must lie on the camera's grid"),
    "no_myocardium": ("regions", lambda a: np.where(a == 1, 6, a), "regions must hold label 1 (myocardium)"),
    "no_blood": ("regions", lambda a: np.where(a == 2, 6, a), "regions must hold label 2 (left ventricular blood)"),
    "unknown_label": ("regions", lambda a: np.where(a == 6, 40, a), "got [40.0]"),
    "hounsfield": ("mu_map", lambda a: np.where(a > 0, 40.0, -1000.0).astype(np.float32), "is it in HU"),
    "per_cm": ("mu_map", lambda a: 10 * a, "per cm"),
    "mu_grid": ("mu_map", lambda a: a[:, 1:], "mu_map must lie on the camera's grid"),
    "mu_nan": ("mu_map", with_nan, "must be finite, got NaN"),
    "scatter": ("background", lambda a: a - 1e4, "background must be finite and not negative"),
}


@pytest.mark.parametrize(("name", "change", "rule"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_bad_values(name, change, rule, refused, options, tmp_path):
    assert rule in refused(**changed(options, tmp_path, name, change))


def test_regions_at_another_place(refused, options, tmp_path):
    image = nibabel.load(options["regions"])
    affine = image.affine.copy()
    affine[0, 3] += 40
    put(tmp_path / "moved.nii.gz", image.get_fdata().astype(np.uint8), affine)
    assert "regions must lie on the camera's grid" in refused(regions=str(tmp_path / "moved.nii.gz"))


@pytest.mark.parametrize("name", ["projections", "regions", "mu_map", "background"])
def test_a_file_that_is_missing_or_no_image(name, refused, tmp_path):
    assert f"{name} must be an existing file" in refused(**{name: str(tmp_path / "gone.nii.gz")})
    (tmp_path / "letter.nii.gz").write_text("dear colleague")
    assert f"{name} must be a NIfTI image" in refused(**{name: str(tmp_path / "letter.nii.gz")})


def test_nothing_given(refused):
    assert "projections must be given, got nothing" in refused(projections=None)
    assert "regions must be given, got nothing" in refused(regions=None)


def test_a_camera_that_is_not_there(refused, tmp_path):
    assert "camera file" in refused(camera=str(tmp_path / "gone.yaml"))


def test_an_output_folder_that_cannot_be_written(refused, tmp_path):
    (tmp_path / "file").write_text("")
    assert "output_dir must be a folder" in refused(output_dir=str(tmp_path / "file"))
    assert "output_dir must be writable" in refused(output_dir=str(tmp_path / "file" / "below"))


def test_an_output_folder_that_holds_results(refused, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "mlem.nii.gz").write_text("old")
    assert "output_dir must not hold results yet" in refused()


def test_settings_that_cannot_be(refused):
    assert "n_iterations must be a whole number from 1, got 0" in refused(n_iterations=0)
    assert "device must be one that torch finds here, got 'gpu'" in refused(device="gpu")
