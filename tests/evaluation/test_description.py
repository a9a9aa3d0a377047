"""The description of a cohort, as a whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from custom.data.volume import Volume
from custom.errors import BadInput
from custom.evaluation.description import describe_cohort
from tests.described_cohort import write_described
from tests.nm_files import heart

ALONE = {"tables.md", "description.json", "distributions.png", "imbv.png"}
STUDY = Volume(voxels=heart(), affine=np.diag([4.0, 4.0, 4.0, 1.0]))


def test_a_cohort_alone_is_described(described: Path, tmp_path: Path) -> None:
    folder = describe_cohort(dataset_dir=described, output_dir=tmp_path / "results", animals=1)
    assert {file.name for file in folder.iterdir()} == ALONE | {"animal_sub-001.png"}
    numbers = json.loads((folder / "description.json").read_text())
    assert numbers["animals"]["weight_kg"]["mean"] == 25
    assert "| weight (kg) | 25.0 ± 5.0 (20.0 to 30.0) |" in (folder / "tables.md").read_text()
    assert all(file.stat().st_size < 400_000 for file in folder.glob("*.png"))


def test_results_are_not_replaced_unasked(described: Path, tmp_path: Path) -> None:
    (tmp_path / "imbv.png").write_text("mine")
    with pytest.raises(BadInput, match=r"holds results \(imbv\.png\); set overwrite"):
        describe_cohort(dataset_dir=described, output_dir=tmp_path)
    describe_cohort(dataset_dir=described, output_dir=tmp_path, overwrite=True, animals=1)
    assert (tmp_path / "imbv.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("animals", [0, -1, 1.5, "two", None])
def test_a_number_of_animals_is_whole(described: Path, tmp_path: Path, animals) -> None:
    with pytest.raises(BadInput, match="animals must be a whole number from 1"):
        describe_cohort(dataset_dir=described, output_dir=tmp_path, animals=animals)


@pytest.mark.parametrize(
    "given",
    [
        {"study": STUDY, "study_credit": "a hospital"},
        {"study": STUDY, "perfusion_dir": "perfusion"},
        {"perfusion_dir": "perfusion", "study_credit": "a hospital"},
    ],
)
def test_a_real_study_comes_with_its_source_and_a_virtual_one(described: Path, tmp_path: Path, given) -> None:
    with pytest.raises(BadInput, match="study, study_credit and perfusion_dir come together"):
        describe_cohort(dataset_dir=described, output_dir=tmp_path, **given)


def test_blood_is_not_shown_beside_perfusion(described: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="tracer perfusion, got red_blood_cells"):
        describe_cohort(
            dataset_dir=described, output_dir=tmp_path, perfusion_dir=described, study=STUDY, study_credit="x"
        )


def test_perfusion_is_not_described_as_blood_volume(tmp_path: Path) -> None:
    perfusion = write_described(tmp_path / "cohort", tracer="perfusion")
    with pytest.raises(BadInput, match="tracer red_blood_cells, as blood volume is described, got perfusion"):
        describe_cohort(dataset_dir=perfusion, output_dir=tmp_path / "results")


def test_a_cohort_with_a_registration_error_is_not_described_as_one_without(
    described_wrong: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="CT lies exactly over the images, got one with a registration error"):
        describe_cohort(dataset_dir=described_wrong, output_dir=tmp_path / "results")


def test_the_same_cohort_is_no_cohort_of_the_wrong_gate(described: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="with ct_gate other"):
        describe_cohort(dataset_dir=described, output_dir=tmp_path / "results", wrong_gate_dir=described)
    assert not (tmp_path / "results").exists()


def test_nothing_half_written_stays(described: Path, tmp_path: Path) -> None:
    cohort = Path(shutil.copytree(described, tmp_path / "cohort"))
    (cohort / "sub-001" / "gate-ed" / "sub-001_gate-ed_activity.nii.gz").write_bytes(b"cut short")
    with pytest.raises(BadInput, match="must be a whole NIfTI volume"):
        describe_cohort(dataset_dir=cohort, output_dir=tmp_path / "results", animals=1)
    assert list((tmp_path / "results").iterdir()) == []
