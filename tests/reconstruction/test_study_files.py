"""Which files belong to which study."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.reconstruction.study_files import find_study_files


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_one_study_is_what_the_user_names(tmp_path):
    (study,) = find_study_files(projections=tmp_path / "p.nii", regions="r.nii", mu_map=None, background="b.nii")
    here = Path.cwd()
    files = [study.projections, study.regions, study.mu_map, study.background]
    assert files == [str(tmp_path / "p.nii"), str(here / "r.nii"), None, str(here / "b.nii")]
    assert study.name == ""
    assert str(study) == str(tmp_path / "p.nii")


def test_a_folder_of_studies(tmp_path):
    put(tmp_path, "b/two_counts.nii.gz", "a/one_counts.nii.gz", "a/one_regions.nii.gz", "a/one_mu.nii.gz", "a/x.nii.gz")
    one, two = find_study_files(projections=tmp_path)
    assert (one.name, two.name) == ("one", "two")
    assert one.regions == str(tmp_path / "a" / "one_regions.nii.gz")
    assert one.background is two.background is None
    # what the others have, this one has to have
    assert two.mu_map == str(tmp_path / "b" / "two_mu.nii.gz")
    assert two.regions == str(tmp_path / "b" / "two_regions.nii.gz")


def test_checksums_say_what_was_read(tmp_path):
    put(tmp_path, "counts.nii", "regions.nii")
    (study,) = find_study_files(projections=tmp_path / "counts.nii", regions=tmp_path / "regions.nii")
    assert study.checksums() == {
        "projections": {"path": str(tmp_path / "counts.nii"), "sha256": hashlib.sha256(b"counts.nii").hexdigest()},
        "regions": {"path": str(tmp_path / "regions.nii"), "sha256": hashlib.sha256(b"regions.nii").hexdigest()},
        "mu_map": None,
        "background": None,
    }


def test_a_folder_without_studies_is_refused(tmp_path):
    put(tmp_path, "one_mlem.nii.gz")
    with pytest.raises(BadInput, match=r"files …_counts\.nii\.gz, got none in .*; is it the right folder"):
        find_study_files(projections=tmp_path)


def test_files_of_one_study_do_not_belong_to_a_folder(tmp_path):
    put(tmp_path, "one_counts.nii.gz")
    with pytest.raises(BadInput, match=r"regions and mu_map belong to one study, .* as …_regions\.nii\.gz and …_mu"):
        find_study_files(projections=tmp_path, regions="r.nii", mu_map="m.nii")


@pytest.mark.parametrize("name", [".a.unfinished/one_counts.nii.gz", "._one_counts.nii.gz", "_counts.nii.gz"])
def test_what_is_hidden_or_has_no_name_is_no_study(tmp_path, name):
    put(tmp_path, name, "one_counts.nii.gz")
    assert [study.name for study in find_study_files(projections=tmp_path)] == ["one"]


def test_two_studies_of_one_name_are_refused(tmp_path):
    put(tmp_path, "a/one_counts.nii.gz", "b/one_counts.nii.gz")
    with pytest.raises(BadInput, match="a name of its own, got several one in"):
        find_study_files(projections=tmp_path)
