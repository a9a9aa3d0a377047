"""A cohort as MONAI's data sets read it, and what a broken one gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custom.data.datalist import check_names, read_datalist, study_name
from custom.errors import BadInput
from tests.virtual_cohort import write_cohort

KEYS = ("image", "label", "regions")


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return write_cohort(tmp_path / "cohort", n_training=2, n_validation=1, n_test=1)


def rewrite(cohort: Path, change) -> None:
    """Let a function change the cohort's list of studies."""
    path = cohort / "dataset.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_studies_come_with_absolute_paths_and_names(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(cohort.parent)
    studies = read_datalist("cohort", "training", KEYS)
    assert [study["study"] for study in studies] == [
        "sub-001_gate-ed", "sub-001_gate-es", "sub-002_gate-ed", "sub-002_gate-es",
    ]  # fmt: skip
    assert all(set(study) == {*KEYS, "study"} for study in studies)
    assert studies[0]["label"] == str(cohort / "sub-001/gate-ed/sub-001_gate-ed_iy.nii.gz")


def test_each_split_has_its_own_animals(cohort: Path) -> None:
    names = [
        {s["study"][:7] for s in read_datalist(cohort, split, KEYS)} for split in ("training", "validation", "test")
    ]
    assert names == [{"sub-001", "sub-002"}, {"sub-003"}, {"sub-004"}]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/sub-019_gate-ed_mlem.nii.gz", "sub-019_gate-ed"),
        ("case.nii", "case"),
        ("case.v2.nii.gz", "case.v2"),
        ("A.NII.GZ", "A"),
    ],
)
def test_a_study_is_named_after_its_image(path: str, name: str) -> None:
    assert study_name(path) == name


def test_no_cohort_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"dataset\.json is missing; run `make simulation` first"):
        read_datalist(tmp_path, "training", KEYS)


def test_a_broken_list_is_named(cohort: Path) -> None:
    (cohort / "dataset.json").write_text('{"training": [')
    with pytest.raises(BadInput, match=r"dataset\.json must be JSON"):
        read_datalist(cohort, "training", KEYS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("training"), "with a list 'training'"),
        (lambda content: content.update(training=[]), "lists no study"),
        (lambda content: content.update(training=["a.nii.gz"]), "must be a list of studies"),
        (lambda content: content["training"][1].pop("regions"), "regions missing"),
    ],
)
def test_a_list_without_what_training_needs_is_refused(cohort: Path, change, message: str) -> None:
    rewrite(cohort, change)
    with pytest.raises(BadInput, match=message):
        read_datalist(cohort, "training", KEYS)


def test_a_missing_volume_is_named(cohort: Path) -> None:
    missing = cohort / "sub-002/gate-es/sub-002_gate-es_iy.nii.gz"
    missing.unlink()
    with pytest.raises(BadInput, match=f"label of a study, {missing}, is missing"):
        read_datalist(cohort, "training", KEYS)


def test_an_unknown_split_is_refused(cohort: Path) -> None:
    with pytest.raises(BadInput, match="one of training, validation, test, got 'train'"):
        read_datalist(cohort, "train", KEYS)


def test_two_studies_of_one_name_are_refused(cohort: Path) -> None:
    rewrite(cohort, lambda content: content["training"].append(content["training"][0]))
    with pytest.raises(BadInput, match=r"got several files named sub-001_gate-ed"):
        read_datalist(cohort, "training", KEYS)


@pytest.mark.parametrize("name", ["", "..", "...", "L" * 201, "ä" * 101])
def test_names_that_no_folder_can_have_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match="a study is named as its file"):
        check_names(["rest", name], "here")
    check_names(["rest", "L" * 200, ".hidden"], "here")


@pytest.mark.parametrize("image", [5, None, ["a.nii"], {"a": 1}])
def test_a_volume_that_is_no_file_name_is_refused(cohort: Path, image: object) -> None:
    rewrite(cohort, lambda content: content["training"][0].update(image=image))
    with pytest.raises(BadInput, match="are named by their files, got image"):
        read_datalist(cohort, "training", KEYS)


def test_lists_within_lists_within_lists_are_refused(cohort: Path) -> None:
    (cohort / "dataset.json").write_text("[" * 100_000)
    with pytest.raises(BadInput, match="must be JSON with a list"):
        read_datalist(cohort, "training", KEYS)
