"""Volumes, read whole or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.whole_volume import check_grid, read_volume
from tests.nm_files import write_nifti


def test_voxels_and_affine_come_back(tmp_path: Path) -> None:
    voxels = np.random.default_rng(0).random((5, 6, 7)).astype(np.float32)
    read, affine = read_volume(write_nifti(tmp_path / "a.nii.gz", voxels))
    np.testing.assert_array_equal(read, voxels)
    np.testing.assert_array_equal(affine, np.diag([4, 4, 4, 1]))
    assert read.dtype == np.float32


@pytest.mark.parametrize("kept", [0, 10, 0.5])
def test_a_file_cut_short_is_named(tmp_path: Path, kept: float) -> None:
    path = write_nifti(tmp_path / "a.nii.gz", np.random.default_rng(0).random((20, 20, 20)))
    content = path.read_bytes()
    path.write_bytes(content[: kept if isinstance(kept, int) else int(kept * len(content))])
    with pytest.raises(BadInput, match=r"a\.nii\.gz must be a whole NIfTI volume"):
        read_volume(path)
    with pytest.raises(BadInput, match="must be a whole NIfTI volume"):
        read_volume(tmp_path / "absent.nii.gz")


def test_another_grid_is_refused() -> None:
    grid = np.diag([4.0, 4, 4, 1])
    check_grid(Path("a"), (3, 4, 5), grid, like=(3, 4, 5), grid=grid)
    with pytest.raises(BadInput, match="one grid"):
        check_grid(Path("a"), (3, 4, 6), grid, like=(3, 4, 5), grid=grid)
    with pytest.raises(BadInput, match="one grid"):
        check_grid(Path("a"), (3, 4, 5), grid + 0.01, like=(3, 4, 5), grid=grid)
