from __future__ import annotations

import dataclasses
import logging
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import csc_array

from custom.errors import BadInput
from custom.projection import system_matrix
from custom.projection.blocks import GREATEST
from custom.projection.columns import pinhole_columns
from custom.projection.response import pinhole_responses
from custom.projection.system_matrix import DTYPES, SystemMatrix, assemble, load_or_assemble
from custom.scanner.reconstructed_region import ReconstructedRegion
from tests.strategies import cameras


def dense(matrix: SystemMatrix) -> np.ndarray:
    """Rows of pixels, columns of voxels."""
    result = np.zeros((matrix.n_pinholes, matrix.n_pixels_by_pinhole, matrix.grid.n_voxels))
    for number in range(matrix.n_pinholes):
        seen = matrix.rows(number).tocoo()
        result[number][seen.row, matrix.voxels(number)[seen.col]] = seen.data
    return result.reshape(-1, matrix.grid.n_voxels)


def assert_same(first: SystemMatrix, second: SystemMatrix) -> None:
    for name in DTYPES:
        ours, theirs = getattr(first.blocks, name), getattr(second.blocks, name)
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype == DTYPES[name]


def forbid_assembling(monkeypatch):
    def assembled(*_):
        raise AssertionError("assembled again")

    monkeypatch.setattr(system_matrix, "pinhole_responses", assembled)


@settings(deadline=None, max_examples=15)
@given(cameras(max_side=5))
def test_rows_hold_each_pinholes_columns(camera):
    matrix = assemble(camera, camera.grid, progress=False)
    rows = dense(matrix).reshape(*camera.counts_shape, -1)
    assert rows.sum(axis=(0, 1, 2)).max() < 1
    for number, response in enumerate(pinhole_responses(camera, camera.grid)):
        columns = pinhole_columns(response, camera.grid, camera.model.voxel_samples)
        shape = matrix.n_pixels_by_pinhole, len(columns.voxel)
        theirs = csc_array((columns.value, columns.pixel, columns.pointer), shape=shape)
        ours, theirs = rows[number].reshape(-1, camera.grid.n_voxels)[:, columns.voxel], theirs.toarray()
        assert np.count_nonzero(rows[number]) == len(columns.value)
        assert (np.abs(ours - theirs) <= theirs.max(axis=0, initial=0) / GREATEST).all()


def test_a_finer_grid_sees_the_same_object_alike(tiny_camera, tiny_matrix):
    fine = assemble(tiny_camera, tiny_camera.grid.refined(2), progress=False)
    inner = np.zeros(tiny_camera.grid.shape)
    inner[3:7, 3:6, 2:6] = 1  # in the middle, where no voxel is seen in part
    outer = inner.repeat(2, 0).repeat(2, 1).repeat(2, 2) / 8
    coarse_counts, fine_counts = dense(tiny_matrix) @ inner.ravel(), dense(fine) @ outer.ravel()
    assert fine_counts.sum() == pytest.approx(coarse_counts.sum(), rel=2e-3)
    assert np.linalg.norm(fine_counts - coarse_counts) < 0.02 * np.linalg.norm(fine_counts)


def test_assembling_twice_gives_the_same_bits(tiny_camera, tiny_matrix):
    assert_same(assemble(tiny_camera, tiny_camera.grid, progress=False), tiny_matrix)


def test_the_cached_matrix_is_the_assembled_one_and_is_not_assembled_again(
    tiny_camera, tiny_matrix, tmp_path, monkeypatch
):
    first = load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False)
    forbid_assembling(monkeypatch)
    second = load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False)
    assert_same(first, tiny_matrix)
    assert_same(second, tiny_matrix)
    assert isinstance(second.blocks.value, np.memmap)


def test_another_camera_or_grid_is_another_matrix(tiny_camera, tmp_path):
    detector = dataclasses.replace(tiny_camera.detector, intrinsic_sigma_mm=1.1)
    other = dataclasses.replace(tiny_camera, detector=detector)
    for camera, grid in ((tiny_camera, tiny_camera.grid), (other, other.grid), (other, other.grid.refined(2))):
        load_or_assemble(camera, grid, cache_dir=tmp_path, progress=False)
    assert len(list(tmp_path.iterdir())) == 3


def test_what_the_matrix_does_not_depend_on_leaves_it_in_the_cache(tiny_camera, tmp_path, monkeypatch):
    load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False)
    forbid_assembling(monkeypatch)
    region = ReconstructedRegion(radius_mm=20.0)
    other = dataclasses.replace(tiny_camera, name="another", photons_per_decay=0.5, reconstructed_region=region)
    load_or_assemble(other, other.grid, cache_dir=tmp_path, progress=False)


def test_a_truncated_matrix_is_noticed_and_made_anew(tiny_camera, tiny_matrix, tmp_path):
    load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False)
    (file,) = tmp_path.glob("*/value")
    os.truncate(file, file.stat().st_size // 2)
    assert_same(load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False), tiny_matrix)
    assert file.stat().st_size == tiny_matrix.blocks.value.nbytes


def test_a_cache_folder_that_was_named_must_be_writable(tiny_camera, tmp_path, monkeypatch):
    forbid_assembling(monkeypatch)  # the user hears of it at once
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match=r"cache_dir .*file cannot keep the system matrix"):
        load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path / "file", progress=False)


def test_without_a_writable_cache_the_work_goes_on_with_one_warning(
    tiny_camera, tiny_matrix, tmp_path, monkeypatch, caplog
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert_same(load_or_assemble(tiny_camera, tiny_camera.grid, progress=False), tiny_matrix)
    assert len(caplog.records) == 1
    assert "not kept for the next run" in caplog.text


def test_a_faster_process_is_no_problem(tiny_camera, tiny_matrix, tmp_path, monkeypatch):
    def beaten(folder, *_):
        monkeypatch.undo()
        load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False)
        raise OSError("directory not empty")

    monkeypatch.setattr(system_matrix.cache, "store", beaten)
    assert_same(load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False), tiny_matrix)


def test_processes_that_assemble_at_once_all_end_well(repository, tiny_camera, tiny_matrix, tmp_path):
    work = (
        "import sys\n"
        "from custom.projection.system_matrix import load_or_assemble\n"
        "from custom.scanner.camera import load_camera\n"
        "camera = load_camera('tests/tiny_camera.yaml')\n"
        "sys.stdin.readline()\n"
        "print(load_or_assemble(camera, camera.grid, cache_dir=sys.argv[1], progress=False).n_elements)\n"
    )
    command = [sys.executable, "-c", work, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": repository}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    for process in processes:
        process.stdin.write("now\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert outputs == [f"{tiny_matrix.n_elements}\n"] * 3
    assert len(list(tmp_path.iterdir())) == 1
    assert_same(load_or_assemble(tiny_camera, tiny_camera.grid, cache_dir=tmp_path, progress=False), tiny_matrix)


def test_progress_counts_pinholes(tiny_camera, capsys):
    assemble(tiny_camera, tiny_camera.grid)
    assert "3/3" in capsys.readouterr().err
