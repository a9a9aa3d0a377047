"""deblur.yaml, run as a user would run it, on a tiny cohort; then compared by evaluate.yaml."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest

from tests.conftest import REPOSITORY, RunPython
from tests.virtual_cohort import write_cohort

CONFIGS = REPOSITORY / "bundle" / "configs"
METHODS = ("RBV", "Richardson-Lucy")


def command(run: str, config: str, *options: str | Path) -> tuple[str | Path, ...]:
    return ("-m", "monai.bundle", "run", run, "--config_file", CONFIGS / f"{config}.yaml", *options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with a cohort of one test animal."""
    folder = tmp_path_factory.mktemp("user")
    write_cohort(folder / "data" / "cohort", n_training=1, n_validation=1, n_test=2)
    return folder


@pytest.fixture(scope="module")
def deblurred(folder: Path, run_python: RunPython) -> Path:
    outcome = run_python(*command("deblurring", "deblur"), folder=folder)
    assert outcome.returncode == 0, outcome.stderr
    assert "corrected studies are in output/evaluation/corrected" in outcome.stdout
    return folder / "output" / "evaluation" / "corrected"


def test_each_method_has_a_folder_of_all_test_studies(deblurred: Path) -> None:
    studies = [f"sub-00{animal}_gate-{gate}" for animal in (3, 4) for gate in ("ed", "es")]
    assert sorted(path.name for path in deblurred.iterdir()) == list(METHODS)
    for method in METHODS:
        files = sorted(str(path.relative_to(deblurred / method)) for path in (deblurred / method).rglob("*.*"))
        assert files == [f"{study}/{study}{end}" for study in studies for end in (".json", "_corrected.nii.gz")]
        report = json.loads((deblurred / method / studies[0] / f"{studies[0]}.json").read_text())
        assert report["method"]["name"] == method
        assert report["method"]["fwhm_mm"] > 0


@pytest.mark.parametrize("method", METHODS)
def test_corrected_studies_lie_on_the_image_s_grid_and_the_wall_is_freed(folder, deblurred: Path, method: str) -> None:
    gate, name = folder / "data" / "cohort" / "sub-003" / "gate-ed", "sub-003_gate-ed"
    image, regions = (nibabel.load(gate / f"{name}_{kind}.nii.gz") for kind in ("mlem", "regions"))
    corrected = nibabel.load(deblurred / method / name / f"{name}_corrected.nii.gz")
    np.testing.assert_allclose(corrected.affine, image.affine)
    assert corrected.get_data_dtype() == np.float32
    wall = regions.get_fdata() == 1
    assert corrected.get_fdata()[wall].mean() < image.get_fdata()[wall].mean()


def test_evaluation_compares_them(folder: Path, deblurred: Path, run_python: RunPython) -> None:
    outcome = run_python(*command("evaluation", "evaluate"), folder=folder)
    assert outcome.returncode == 0, outcome.stderr
    summary = json.loads((deblurred.parent / "summary.json").read_text())
    assert list(summary["methods"]) == ["no correction", *METHODS, "iterative Yang", "truth"]


def test_another_cohort_of_the_same_names_is_not_compared(folder: Path, deblurred: Path, run_python: RunPython) -> None:
    other = write_cohort(folder / "data" / "other", n_training=1, n_validation=1, n_test=2, seed=7)
    corrected = ("--corrected_dir", deblurred, "--output_dir", folder / "other")
    outcome = run_python(*command("evaluation", "evaluate", "--dataset_dir", other, *corrected), folder=folder)
    assert "was the cohort simulated anew" in refusal(outcome)


def refusal(outcome) -> str:
    assert outcome.returncode == 1
    (error,) = [line for line in outcome.stderr.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in outcome.stderr
    return error


def test_results_are_not_replaced_unasked(folder: Path, deblurred: Path, run_python: RunPython) -> None:
    volume = deblurred / METHODS[0] / "sub-003_gate-ed" / "sub-003_gate-ed_corrected.nii.gz"
    before = volume.stat().st_mtime_ns
    assert "results are not written over" in refusal(run_python(*command("deblurring", "deblur"), folder=folder))
    assert volume.stat().st_mtime_ns == before


def test_a_mistyped_width_is_named_before_any_work(folder: Path, run_python: RunPython, tmp_path: Path) -> None:
    options = ("--region_based_voxelwise_fwhm_mm", "-7", "--output_dir", tmp_path / "out")
    outcome = run_python(*command("deblurring", "deblur", *options), folder=folder)
    assert "fwhm_mm must be a positive length, got -7" in refusal(outcome)
    assert not (tmp_path / "out").exists()


def test_rbv_corrects_by_the_regions_outlined_on_the_ct(
    folder, deblurred: Path, run_python: RunPython, tmp_path
) -> None:
    """With outlines one voxel out of place RBV is another image; by the true regions it is the one of before."""
    shutil.copytree(folder / "data" / "cohort", tmp_path / "cohort")
    outlined = tmp_path / "cohort" / "sub-003" / "gate-ed" / "sub-003_gate-ed_outlined.nii.gz"
    volume = nibabel.load(outlined)
    shifted = np.roll(np.asarray(volume.dataobj), 1, axis=0)
    nibabel.save(nibabel.Nifti1Image(shifted, volume.affine), outlined)
    rbv = [rbv_of(deblurred)]
    for name, options in (("by_outlines", ()), ("by_truth", ("--regions_key", "regions"))):
        options = ("--dataset_dir", tmp_path / "cohort", "--output_dir", tmp_path / name, *options)
        outcome = run_python(*command("deblurring", "deblur", *options), folder=tmp_path)
        assert outcome.returncode == 0, outcome.stderr
        rbv.append(rbv_of(tmp_path / name))
    assert not np.allclose(rbv[0], rbv[1])
    np.testing.assert_array_equal(rbv[0], rbv[2])


def rbv_of(corrected: Path) -> np.ndarray:
    return nibabel.load(corrected / "RBV" / "sub-003_gate-ed" / "sub-003_gate-ed_corrected.nii.gz").get_fdata()
