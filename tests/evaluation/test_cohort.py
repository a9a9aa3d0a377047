"""A cohort as it lies on disk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.cohort import KINDS, read_cohort
from tests.described_cohort import change_parameters, write_described


@pytest.fixture
def copied(described: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(described, tmp_path / "cohort"))


def rewrite_dataset(folder: Path, change) -> None:
    dataset = json.loads((folder / "dataset.json").read_text())
    change(dataset)
    (folder / "dataset.json").write_text(json.dumps(dataset))


def test_animals_gates_and_numbers_are_read(described: Path) -> None:
    cohort = read_cohort(described)
    assert (cohort.seed, cohort.tracer, cohort.registration["gate"]) == (0, "red_blood_cells", "same")
    assert [animal.name for animal in cohort.animals] == ["sub-001", "sub-002", "sub-003"]
    assert [animal.split for animal in cohort.animals] == ["training", "test", "test"]
    last = cohort.animals[-1]
    assert (last.weight_kg, last.heart_rate_per_minute, last.has_deficit, last.deficit_severity) == (30, 120, True, 0.5)
    assert last.ejection_fraction == pytest.approx(0.6)
    assert last.gates["es"].imbv["mlem"] == 0.20
    assert last.gates["ed"].scatter_fraction == pytest.approx(0.2)
    assert set(last.gates["ed"].files) == set(KINDS)


def test_volumes_are_read_when_asked_for(described: Path) -> None:
    gate = read_cohort(described).animals[0].gates["ed"]
    regions, affine = gate.load("regions")
    fine, its_affine = gate.load("full_ct")
    assert fine.shape == tuple(4 * n for n in regions.shape)
    np.testing.assert_allclose(np.diag(affine)[:3], 4)
    np.testing.assert_allclose(np.diag(its_affine)[:3], 1)


def test_the_cohort_tells_whose_ct_was_used(described_wrong: Path) -> None:
    assert read_cohort(described_wrong).registration == {"shift_mm": 0.0, "gate": "other"}


def test_a_folder_without_a_cohort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="run `make simulation` first"):
        read_cohort(tmp_path)


def test_a_cohort_of_an_older_version_is_to_be_made_again(copied: Path) -> None:
    change_parameters(copied, "sub-002", lambda p: p["gates"]["es"].pop("left_ventricular_wall_mm"))
    with pytest.raises(BadInput, match=r"left_ventricular_wall_mm; an older version .* `make simulation` again"):
        read_cohort(copied)
    rewrite_dataset(copied, lambda dataset: [entry.pop("full_ct") for entry in dataset["training"]])
    with pytest.raises(BadInput, match=r"lists no full_ct .* `make simulation` again"):
        read_cohort(copied)


def test_a_missing_file_is_named(copied: Path) -> None:
    (copied / "sub-003" / "gate-es" / "sub-003_gate-es_mu.nii.gz").unlink()
    with pytest.raises(BadInput, match=r"the mu of a gate, .*sub-003_gate-es_mu\.nii\.gz, is missing"):
        read_cohort(copied)


def test_an_animal_needs_both_gates(copied: Path) -> None:
    rewrite_dataset(copied, lambda dataset: dataset["test"].pop())
    with pytest.raises(BadInput, match="sub-003 must have the gates ed and es, got ed"):
        read_cohort(copied)


def test_an_empty_cohort_is_refused(copied: Path) -> None:
    rewrite_dataset(copied, lambda dataset: dataset.update(training=[], test=[]))
    with pytest.raises(BadInput, match="lists no animal"):
        read_cohort(copied)


def test_images_of_other_names_are_refused(copied: Path) -> None:
    rewrite_dataset(copied, lambda dataset: dataset["test"][0].update(image="sub-002/image.nii.gz"))
    with pytest.raises(BadInput, match="are named <animal>_gate-<gate>"):
        read_cohort(copied)


def test_animals_made_with_different_cts_are_no_cohort(copied: Path) -> None:
    change_parameters(copied, "sub-002", lambda p: p["identity"]["recipe"]["registration"].update(gate="other"))
    with pytest.raises(BadInput, match=r"must be made alike, .* got several seeds or settings"):
        read_cohort(copied)


def test_animals_of_another_seed_than_the_list_says_are_no_cohort(copied: Path) -> None:
    change_parameters(copied, "sub-003", lambda p: p["identity"].update(seed=6))
    with pytest.raises(BadInput, match=r"must be made alike, .* got several seeds or settings"):
        read_cohort(copied)


def test_a_perfusion_cohort_is_read_alike(tmp_path: Path) -> None:
    assert read_cohort(write_described(tmp_path, tracer="perfusion")).tracer == "perfusion"
