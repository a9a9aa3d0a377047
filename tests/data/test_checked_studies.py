import gc

import numpy as np
import pytest

from custom.data.checked_studies import CheckedStudies
from custom.data.study_folders import StudyFolders
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid
from tests.nm_files import heart, regions_of, write_ct_slice, write_nifti, write_nm

ACTIVITY = heart(noise=0.1)


def studies_of(input_path, output_dir, overwrite=False, **search):
    folders = StudyFolders(output_dir, overwrite)
    return CheckedStudies(folders=folders, field=ImageGrid(), search={"input_path": input_path, **search})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    write_nm(tmp_path / "in" / "good.dcm", ACTIVITY)
    return tmp_path / "in"


def test_good_studies_are_listed_and_bad_ones_refused_by_name(folder, tmp_path, capsys):
    write_nifti(folder / "negative.nii", -ACTIVITY)
    write_nifti(folder / "other.nii.gz", ACTIVITY)
    studies = studies_of(folder, tmp_path / "out")
    studies.check()
    assert [study["study"] for study in studies] == ["good", "other"]
    said = capsys.readouterr().err
    assert said.startswith(f"refused: {folder / 'negative.nii'}: activity is nowhere negative")
    assert said.count("\n") == 1
    with pytest.raises(BadInput, match="nowhere negative"):
        studies.conclude()
    assert f"good: results in {tmp_path / 'out' / 'good'}" in capsys.readouterr().out


def test_several_bad_studies_are_counted_at_the_end(folder, tmp_path, capsys):
    write_nifti(folder / "negative.nii", -ACTIVITY)
    write_nifti(folder / "empty.nii", 0 * ACTIVITY)
    studies = studies_of(folder, tmp_path)
    studies.check()
    assert capsys.readouterr().err.count("refused: ") == 2
    with pytest.raises(BadInput, match="got 2 of 3 that were not"):
        studies.conclude()


def test_a_single_bad_study_is_told_of_once(tmp_path, capsys):
    studies = studies_of(write_nifti(tmp_path / "empty.nii", 0 * ACTIVITY), tmp_path / "out")
    with pytest.raises(BadInput, match=r"empty\.nii: a study has activity"):
        studies.check()
    assert capsys.readouterr().err == ""


def test_slices_of_a_ct_share_one_line(folder, tmp_path, capsys):
    for index in range(12):
        write_ct_slice(folder / f"slice{index:02}.dcm")
    studies_of(folder, tmp_path).check()
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("refused")]
    assert len(lines) == 1
    assert "slice00.dcm and 11 more files there: " in lines[0]
    assert "got modality CT" in lines[0]


def test_region_maps_beside_studies_are_skipped_but_are_no_study_alone(folder, tmp_path):
    regions = write_nifti(folder / "good_regions.nii.gz", regions_of(ACTIVITY))
    studies = studies_of(folder, tmp_path)
    assert [study["study"] for study in studies] == ["good"]
    studies.conclude()
    with pytest.raises(BadInput, match="region map"):
        studies_of(regions, tmp_path).check()


def test_a_folder_of_region_maps_alone_is_refused(tmp_path):
    for name in ("a", "b"):
        write_nifti(tmp_path / f"{name}.nii", regions_of(ACTIVITY))
    with pytest.raises(BadInput, match="only maps of regions"):
        studies_of(tmp_path, tmp_path / "out").check()


def test_existing_results_are_refused_before_the_study_is_read(folder, tmp_path):
    (tmp_path / "out" / "good").mkdir(parents=True)
    with pytest.raises(BadInput, match="not written over"):
        studies_of(folder, tmp_path / "out").check()
    assert len(studies_of(folder, tmp_path / "out", overwrite=True)) == 1


def test_regions_and_ct_are_checked_with_their_study(folder, tmp_path):
    lpi = np.array([[-4.0, 0, 0, 60], [0, -4, 0, 60], [0, 0, -4, 60], [0, 0, 0, 1]])
    regions = write_nifti(tmp_path / "regions.nii", regions_of(ACTIVITY), lpi)
    assert len(studies_of(folder / "good.dcm", tmp_path / "out", regions=regions)) == 1
    elsewhere = write_nifti(tmp_path / "elsewhere.nii", regions_of(ACTIVITY))
    with pytest.raises(BadInput, match=r"elsewhere\.nii: volumes of a study lie on its grid"):
        studies_of(folder / "good.dcm", tmp_path / "out", regions=elsewhere).check()
    mu_map = write_nifti(tmp_path / "mu.nii", 0.015 * (ACTIVITY > 0), lpi)
    with pytest.raises(BadInput, match=r"mu\.nii: a CT in Hounsfield units"):
        studies_of(folder / "good.dcm", tmp_path / "out", ct=mu_map, image_keys=["image", "ct"]).check()


def test_a_config_can_be_read_where_its_input_does_not_exist(tmp_path):
    studies = studies_of(tmp_path / "nowhere.dcm", tmp_path / "out")
    assert len(studies) == 0
    with pytest.raises(BadInput, match=r"nowhere\.dcm: .*exists"):
        studies.check()


def test_looking_leaves_nothing_behind(folder, tmp_path):
    studies_of(folder, tmp_path / "out").check()
    gc.collect()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in"]


def test_remarks_are_kept_by_study(tmp_path):
    studies = studies_of(write_nifti(tmp_path / "wide.nii", np.random.default_rng(0).random((100, 40, 40))), tmp_path)
    studies.check()
    assert "outside the field" in studies.remarks["wide"][0]


def test_a_name_that_tells_of_an_earlier_correction_is_remarked_on(tmp_path):
    studies = studies_of(write_nifti(tmp_path / "rest_corrected.nii", heart(noise=0.1)), tmp_path / "out")
    studies.check()
    assert studies.remarks["rest_corrected"][-1].startswith("the file's name says that it was corrected before")
