"""What is measured of each study, against the files themselves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.measures import Measures, measure_studies, methods_of
from tests.corrected_cohort import write_corrected

METHODS = ["no correction", "network", "iterative Yang", "truth"]


def volume(study: dict[str, str], key: str) -> np.ndarray:
    return nibabel.load(study[key]).get_fdata()


def test_there_is_a_row_for_every_study_and_method(studies, measures: list[Measures]) -> None:
    assert [(row.study, row.method) for row in measures] == [(s["study"], m) for s in studies for m in METHODS]
    assert methods_of(measures) == METHODS
    assert {(row.animal, row.gate) for row in measures if row.study == "sub-003_gate-es"} == {("sub-003", "es")}


def test_many_methods_are_measured_beside_each_other(studies, cohort: Path, tmp_path: Path) -> None:
    for folder, takes, network in (("deconvolved", 0.3, None), ("a", 0.6, "Dy-U"), ("b", 0.9, "U-net")):
        write_corrected(cohort, tmp_path / folder, takes=takes, network=network)
    rows = measure_studies(studies[:2], tmp_path)
    assert methods_of(rows) == ["no correction", "U-net", "Dy-U", "deconvolved", "iterative Yang", "truth"]
    uncorrected, unet, dynamic, deconvolved = (row.rmse for row in rows[:4])
    assert (unet, dynamic, deconvolved) == pytest.approx(
        (0.1 * uncorrected, 0.4 * uncorrected, 0.7 * uncorrected), rel=1e-3
    )


def test_imbv_is_that_of_the_files(studies, measures: list[Measures]) -> None:
    regions = volume(studies[0], "regions")
    for row, key in zip(measures[:4], ("image", None, "label", "truth"), strict=True):
        if key is not None:
            activity = volume(studies[0], key)
            assert row.imbv == pytest.approx(activity[regions == 1].mean() / activity[regions == 2].mean(), rel=1e-5)


def test_the_blurred_image_reads_too_much_blood_in_the_muscle(measures: list[Measures]) -> None:
    uncorrected, network, reference, truth = (
        np.array([row.imbv for row in measures if row.method == method]) for method in METHODS
    )
    assert (uncorrected > network).all()
    assert (network > reference).all()
    assert (reference > truth).all()


def test_quality_is_measured_against_iterative_yang_in_slices_with_heart(studies, measures: list[Measures]) -> None:
    image, label, regions = (volume(studies[0], key) for key in ("image", "label", "regions"))
    heart = np.isin(regions, (1, 2, 3)).any(axis=(0, 1))
    error = ((image - label)[..., heart] / label[..., heart].max()).ravel()
    uncorrected, network = measures[0], measures[1]
    assert uncorrected.rmse == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-4)
    assert uncorrected.psnr_db == pytest.approx(-20 * np.log10(uncorrected.rmse), rel=1e-4)
    assert network.rmse == pytest.approx(0.2 * uncorrected.rmse, rel=1e-3)  # four fifths of the way to the reference
    assert uncorrected.ssim < network.ssim < 1


def test_reference_and_truth_have_no_quality(measures: list[Measures]) -> None:
    assert {(row.ssim, row.psnr_db, row.rmse) for row in measures if row.method in ("iterative Yang", "truth")} == {
        (None, None, None)
    }


def test_corrections_of_another_cohort_are_refused(studies, cohort: Path, tmp_path: Path) -> None:
    write_corrected(cohort, tmp_path / "unet", network="U-net")
    report = tmp_path / "unet" / studies[0]["study"] / f"{studies[0]['study']}.json"
    content = json.loads(report.read_text())
    content["total_activity"]["before"] *= 1.01
    report.write_text(json.dumps(content))
    with pytest.raises(BadInput, match=r"sub-003_gate-ed_corrected\.nii\.gz was made from one with"):
        measure_studies(studies, tmp_path)


def test_volumes_on_another_grid_are_refused(studies, corrected: Path, tmp_path: Path) -> None:
    shutil.copytree(corrected, tmp_path / "moved")
    path = tmp_path / "moved" / "network" / studies[0]["study"] / f"{studies[0]['study']}_corrected.nii.gz"
    image = nibabel.load(path)
    affine = image.affine.copy()
    affine[0, 3] += 2
    nibabel.save(nibabel.Nifti1Image(image.get_fdata(dtype=np.float32), affine), path)
    with pytest.raises(BadInput, match=r"on one grid .* but .*sub-003_gate-ed_corrected\.nii\.gz does not"):
        measure_studies(studies, tmp_path / "moved")


def test_a_study_without_myocardium_is_refused(studies, corrected: Path, tmp_path: Path) -> None:
    image = nibabel.load(studies[0]["regions"])
    regions = np.where(image.get_fdata() == 1, 6, image.get_fdata()).astype(np.uint8)
    nibabel.save(nibabel.Nifti1Image(regions, image.affine), tmp_path / "regions.nii.gz")
    study = {**studies[0], "regions": str(tmp_path / "regions.nii.gz")}
    with pytest.raises(BadInput, match="IMBV needs myocardium"):
        measure_studies([study], corrected)
