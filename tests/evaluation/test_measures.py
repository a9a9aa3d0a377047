"""What is measured of each study, against the files themselves."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.measures import NUMBERS, Measures, measure_studies, methods_of
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
    rows = measure_studies(studies[:2], tmp_path, cohort)
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


def test_errors_of_imbv_are_signed_and_held_against_reference_and_both_truths(measures: list[Measures]) -> None:
    """In voxels, the true IMBV is the tissues' and 0.02."""
    uncorrected, network, reference, truth = measures[:4]
    assert network.imbv_error == network.imbv - reference.imbv
    assert (reference.imbv_error, truth.imbv_error) == (None, None)
    for row in (uncorrected, network, reference):
        assert row.imbv_error_voxels == row.imbv - truth.imbv
        assert row.imbv_error_tissues == pytest.approx(row.imbv - truth.imbv + 0.02, abs=1e-6)
    assert uncorrected.imbv_error > network.imbv_error > 0
    assert truth.imbv_error_voxels is truth.imbv_error_tissues is truth.heart_rmse is truth.wall_recovery is None


def test_recoveries_and_regional_errors_are_those_of_the_files(studies, measures: list[Measures]) -> None:
    image, truth, regions = (volume(studies[0], key) for key in ("image", "truth", "regions"))
    uncorrected, network, reference, true = measures[:4]
    for label, recovery in ((1, uncorrected.wall_recovery), (2, uncorrected.cavity_recovery)):
        inside = regions == label
        assert recovery == pytest.approx(image[inside].mean() / truth[inside].mean(), rel=1e-6)
    assert uncorrected.wall_recovery > network.wall_recovery > reference.wall_recovery > 1
    assert uncorrected.cavity_recovery < network.cavity_recovery < reference.cavity_recovery < 1
    assert uncorrected.heart_rmse > network.heart_rmse > reference.heart_rmse > 0
    errors = np.subtract(uncorrected.segments, true.segments)
    assert uncorrected.segment_rmse == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert true.segments == pytest.approx([true.imbv] * 17, rel=1e-5), "the wall of this animal is even"


def test_all_measures_but_segments_are_numbers() -> None:
    which = {"study", "animal", "gate", "method"}
    assert {field.name for field in fields(Measures)} == {*which, *NUMBERS, "segments"}


def test_a_study_without_known_imbv_is_refused(studies, corrected: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"sub-003_parameters\.json must be readable JSON"):
        measure_studies(studies, corrected, tmp_path)


def test_a_study_of_no_animal_and_gate_is_refused(studies, cohort: Path, tmp_path: Path) -> None:
    write_corrected(cohort, tmp_path / "network")
    folder = (tmp_path / "network" / "sub-003_gate-ed").rename(tmp_path / "network" / "first")
    (folder / "sub-003_gate-ed_corrected.nii.gz").rename(folder / "first_corrected.nii.gz")
    with pytest.raises(BadInput, match="named <animal>_gate-<gate>, got first"):
        measure_studies([{**studies[0], "study": "first"}], tmp_path, cohort)


def test_a_study_without_myocardium_is_refused(studies, corrected: Path, cohort: Path, tmp_path: Path) -> None:
    image = nibabel.load(studies[0]["regions"])
    regions = np.where(image.get_fdata() == 1, 6, image.get_fdata()).astype(np.uint8)
    nibabel.save(nibabel.Nifti1Image(regions, image.affine), tmp_path / "regions.nii.gz")
    study = {**studies[0], "regions": str(tmp_path / "regions.nii.gz")}
    with pytest.raises(BadInput, match="IMBV needs myocardium"):
        measure_studies([study], corrected, cohort)
