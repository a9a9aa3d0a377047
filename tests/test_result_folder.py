"""A new folder appears whole; in one that was there, each file is whole."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.result_folder import ResultFolder

NAMES = ("image.nii.gz", "report.json")


def fill(folder, content="new"):
    with folder.filled() as unfinished:
        for name in NAMES:
            (unfinished / name).write_text(content)


def test_a_new_folder_appears_with_all_its_files(tmp_path):
    path = tmp_path / "deep" / "results"
    fill(ResultFolder(path=path, names=NAMES))
    assert sorted(file.name for file in path.iterdir()) == sorted(NAMES)
    assert [folder.name for folder in path.parent.iterdir()] == ["results"]
    expected = 0o777 & ~current_umask()
    assert stat.S_IMODE(path.stat().st_mode) == expected


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_else_lies_in_the_folder_stays(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    fill(ResultFolder(path=str(tmp_path), names=NAMES))
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "report.json").read_text() == "new"


def test_results_are_replaced_only_on_request(tmp_path):
    fill(ResultFolder(path=tmp_path, names=NAMES), "old")
    with pytest.raises(
        BadInput, match=r"must not hold results yet, got .* with image.nii.gz, report.json; give --overwrite"
    ):
        ResultFolder(path=tmp_path, names=NAMES)
    fill(ResultFolder(path=tmp_path, names=NAMES, overwrite=True))
    assert (tmp_path / "report.json").read_text() == "new"


class InterruptedRunError(Exception):
    pass


def interrupt(folder):
    with folder.filled() as unfinished:
        (unfinished / NAMES[0]).write_text("half")
        raise InterruptedRunError


@pytest.mark.parametrize("there_before", [True, False])
def test_a_failure_leaves_nothing_half_written(tmp_path, there_before):
    path = tmp_path / "results"
    if there_before:
        fill(ResultFolder(path=path, names=NAMES), "old")
    with pytest.raises(InterruptedRunError):
        interrupt(ResultFolder(path=path, names=NAMES, overwrite=True))
    assert [folder.name for folder in tmp_path.iterdir()] == (["results"] if there_before else [])
    if there_before:
        assert (path / NAMES[0]).read_text() == "old"


def test_each_file_in_an_existing_folder_is_whole_where_moving_fails(tmp_path, monkeypatch):
    path = tmp_path / "results"
    fill(ResultFolder(path=path, names=NAMES), "old")
    replace = Path.replace

    def replace_first(self, target):
        if self.name == NAMES[1]:
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_first)
    with pytest.raises(BadInput, match="Input/output error"):
        fill(ResultFolder(path=path, names=NAMES, overwrite=True))
    assert [(path / name).read_text() for name in NAMES] == ["new", "old"]


def test_a_file_is_no_folder(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(BadInput, match="output_dir must be a folder, got the file"):
        ResultFolder(path=file, names=NAMES)
    with pytest.raises(BadInput, match="output_dir must be writable"):
        ResultFolder(path=file / "below", names=NAMES)


def test_asking_writes_nothing(tmp_path):
    ResultFolder(path=tmp_path / "a" / "b", names=NAMES)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(BadInput, match="output_dir must be writable"):
        ResultFolder(path=tmp_path / "results", names=NAMES)


def test_a_disk_that_is_full(tmp_path):
    folder = ResultFolder(path=tmp_path / "results", names=NAMES)
    with pytest.raises(BadInput, match=r"output_dir must be writable, got .*No space left on device"), folder.filled():
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_a_day_ago_goes(tmp_path):
    for name, age_h in ((".results.1.unfinished", 30), (".results.2.unfinished", 2), (".other.3.unfinished", 30)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age_h * 3600,) * 2)
    fill(ResultFolder(path=tmp_path / "results", names=NAMES))
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"results", ".results.2.unfinished", ".other.3.unfinished"}
