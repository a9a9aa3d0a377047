import os
import pickle
import time
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest

from custom.data.study_folders import StudyFolders
from custom.errors import BadInput


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def save_volume(file):
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 4, 4), np.float32), np.eye(4)), file)


def iteration(*studies):
    return SimpleNamespace(state=SimpleNamespace(batch=[{"study": name} for name in studies]))


def test_a_study_appears_whole_and_only_when_published(tmp_path):
    folders = StudyFolders(tmp_path / "out")
    file = folders.filename(subject="rest.1", idx=None)
    assert file.name == "rest.1_corrected.nii.gz"
    save_volume(file)
    (file.parent / "rest.1.json").write_text("report")
    assert not folders.folder("rest.1").exists()
    folders.publish(iteration("rest.1"))
    assert names(tmp_path / "out" / "rest.1") == ["rest.1.json", "rest.1_corrected.nii.gz"]


def test_earlier_results_are_replaced_only_where_allowed(tmp_path):
    for overwrite in (False, True):
        folders = StudyFolders(tmp_path, overwrite=overwrite)
        if not overwrite:
            (tmp_path / "rest").mkdir()
            (tmp_path / "rest" / "rest.png").touch()
            with pytest.raises(BadInput, match=r"not written over.*--overwrite True"):
                folders.check_free("rest")
        else:
            folders.check_free("rest")
            save_volume(folders.filename(subject="rest"))
            folders.publish(iteration("rest"))
            assert names(tmp_path / "rest") == ["rest_corrected.nii.gz"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_result_is_never_replaced(tmp_path, overwrite):
    """Such as the study itself, where results are to stand in the folder that it came from."""
    (tmp_path / "rest").mkdir()
    (tmp_path / "rest" / "rest.nii.gz").write_text("the study")
    folders = StudyFolders(tmp_path, overwrite=overwrite)
    with pytest.raises(BadInput, match=r"got .*rest\.nii\.gz, which would be lost"):
        folders.check_free("rest")
    save_volume(folders.filename(subject="rest"))
    with pytest.raises(BadInput, match="would be lost"):
        folders.publish(iteration("rest"))
    assert (tmp_path / "rest" / "rest.nii.gz").read_text() == "the study"


def test_what_an_interrupted_run_left_aside_is_removed(tmp_path):
    folders = StudyFolders(tmp_path / "deep" / "out")
    save_volume(folders.filename(subject="rest"))
    del folders
    assert not names(tmp_path), "folders made for nothing go as well"


def test_what_a_killed_run_left_aside_is_removed_a_day_later(tmp_path):
    for name, age_hours in (("killed", 25), ("running", 1)):
        aside = tmp_path / f".partial-{name}"
        (aside / "rest").mkdir(parents=True)
        then = time.time() - 3600 * age_hours
        for folder in (aside / "rest", aside):
            os.utime(folder, (then, then))
    folders = StudyFolders(tmp_path)
    assert names(tmp_path) == [".partial-killed", ".partial-running"]
    folders.prepare()
    folders.tidy()
    assert names(tmp_path) == [".partial-running"]


def test_published_results_stay_when_the_rest_is_removed(tmp_path):
    folders = StudyFolders(tmp_path / "out")
    for name in ("done", "half"):
        save_volume(folders.filename(subject=name))
    folders.publish(iteration("done"))
    del folders
    assert names(tmp_path / "out") == ["done"]


def test_tidied_folders_can_be_used_again(tmp_path):
    folders = StudyFolders(tmp_path)
    for name in ("rest", "stress"):
        save_volume(folders.filename(subject=name))
        folders.publish(iteration(name))
        folders.tidy()
        assert not [name for name in names(tmp_path) if name.startswith(".")]
    assert names(tmp_path) == ["rest", "stress"]


def test_nothing_is_made_before_it_is_needed(tmp_path):
    StudyFolders(tmp_path / "out").check_free("rest")
    assert not names(tmp_path)


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere"])
def test_an_unwritable_output_folder_is_refused(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=r"output_dir is a folder in which files can be written, got .*is it a file"):
        StudyFolders(tmp_path / place).prepare()


def test_a_copy_for_a_worker_writes_aside_within_the_runs_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = StudyFolders("out", overwrite=True)
    folders.prepare()
    copied = pickle.loads(pickle.dumps(folders))
    assert (copied.output_dir, copied.overwrite) == (tmp_path / "out", True)
    save_volume(copied.filename("study"))
    copied.publish(iteration("study"))
    assert names(tmp_path / "out" / "study") == ["study_corrected.nii.gz"]
    assert copied.prepare().parent == folders.prepare().absolute()
    folders.tidy()
    assert names(tmp_path / "out") == ["study"], "what a killed worker left goes with the run that started it"


@pytest.mark.parametrize("size", [0, 40])
def test_a_volume_that_was_not_written_to_its_end_does_not_appear(tmp_path, size):
    """On a full disk `SaveImaged` only warns."""
    folders = StudyFolders(tmp_path)
    file = folders.filename(subject="rest")
    save_volume(file)
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(BadInput, match=r"got rest_corrected\.nii\.gz that cannot be read back .* is the disk full"):
        folders.publish(iteration("rest"))
    assert not folders.folder("rest").exists()
