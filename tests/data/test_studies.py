import json

import pytest

from custom.data.studies import find_studies
from custom.errors import BadInput
from tests.nm_files import heart, write_ct_slice, write_nifti, write_nm

SMALL = heart((8, 8, 8))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.dcm", "a"),
        ("B.DCM", "B"),
        ("c.nii", "c"),
        ("d.nii.gz", "d"),
        ("1.2.840.1", "1.2.840.1"),
        ("sub-1_mlem.nii.gz", "sub-1"),
    ],
)
def test_a_file_is_one_study_named_after_it(tmp_path, file, name):
    assert find_studies(tmp_path / file) == [{"image": str(tmp_path / file), "study": name}]


def test_a_folder_is_searched_for_images_with_its_subfolders(tmp_path):
    write_nm(tmp_path / "IM0", SMALL)
    (tmp_path / "series").mkdir()
    write_nifti(tmp_path / "series" / "rest.nii.gz", SMALL)
    write_ct_slice(tmp_path / "series" / "ct.dcm")
    (tmp_path / "broken.dcm").write_text("no image")
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden").mkdir()
    write_nm(tmp_path / ".hidden" / "IM1", SMALL)
    assert [study["study"] for study in find_studies(tmp_path)] == ["IM0", "broken", "ct", "rest"]


def test_files_of_one_name_take_their_folders_into_theirs(tmp_path):
    for folder in ("rest", "stress"):
        (tmp_path / folder).mkdir()
        write_nm(tmp_path / folder / "IM0", SMALL)
    assert [study["study"] for study in find_studies(tmp_path)] == ["rest_IM0", "stress_IM0"]


def test_one_study_in_two_formats_is_refused(tmp_path):
    write_nm(tmp_path / "rest.dcm", SMALL)
    write_nifti(tmp_path / "rest.nii", SMALL)
    with pytest.raises(BadInput, match=r"several files named rest.*as DICOM and as NIfTI"):
        find_studies(tmp_path)


def test_earlier_results_inside_the_folder_are_no_studies(tmp_path):
    write_nm(tmp_path / "IM0", SMALL)
    (tmp_path / "out" / "IM0").mkdir(parents=True)
    write_nifti(tmp_path / "out" / "IM0" / "IM0_corrected.nii.gz", SMALL)
    assert [study["study"] for study in find_studies(tmp_path)] == ["IM0"]


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(BadInput, match="none in"):
        find_studies(tmp_path)


@pytest.fixture
def cohort(tmp_path):
    entries = []
    for name in ("sub-001_gate-ed", "sub-001_gate-es"):
        entry = {
            key: f"{name}_{end}.nii.gz" for key, end in {"image": "mlem", "ct": "ct", "regions": "regions"}.items()
        }
        for file in entry.values():
            write_nifti(tmp_path / file, SMALL)
        entries.append(entry)
    (tmp_path / "dataset.json").write_text(json.dumps({"training": [], "validation": [], "test": entries}))
    return tmp_path


def test_a_cohort_brings_its_test_animals_with_regions(cohort):
    studies = find_studies(cohort / "dataset.json")
    assert [study["study"] for study in studies] == ["sub-001_gate-ed", "sub-001_gate-es"]
    assert [set(study) for study in studies] == [{"study", "image", "regions"}] * 2
    assert find_studies(cohort) == studies, "the cohort's folder means the same"
    assert "ct" in find_studies(cohort, image_keys=["image", "ct"])[0]


def test_regions_and_ct_belong_to_one_study(tmp_path):
    write_nm(tmp_path / "IM0", SMALL)
    (study,) = find_studies(tmp_path / "IM0", regions="r.nii", ct="ct.nii", image_keys=["image", "ct"])
    assert (study["regions"], study["ct"]) == ("r.nii", "ct.nii")
    write_nm(tmp_path / "IM1", SMALL)
    with pytest.raises(BadInput, match="regions belong to one study, got 2"):
        find_studies(tmp_path, regions="r.nii")


@pytest.mark.parametrize("beside", [{"regions": "r.nii"}, {"ct": "ct.nii"}, {"regions": "r.nii", "ct": "ct.nii"}])
@pytest.mark.parametrize("name", ["", "dataset.json"])
def test_a_cohort_takes_no_regions_or_ct_of_one_study(cohort, name, beside):
    with pytest.raises(BadInput, match=f"{' and '.join(beside)} belong to one study, got a cohort in {cohort}"):
        find_studies(cohort / name, **beside)


def test_a_network_with_a_ct_channel_asks_for_the_ct(tmp_path):
    with pytest.raises(BadInput, match="needs a CT"):
        find_studies(tmp_path / "IM0", image_keys=["image", "ct"])
