"""NIfTI files that no reader should take as they stand."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.nifti_file import open_nifti

VOXELS = np.arange(8 * 8 * 8, dtype=np.int16).reshape(8, 8, 8)


def saved(path: Path, voxels: np.ndarray = VOXELS, unit: str = "mm") -> Path:
    image = nibabel.Nifti1Image(voxels, np.diag([4.0, 4.0, 4.0, 1.0]))
    image.header.set_xyzt_units(unit)
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("name", ["volume.nii", "volume.nii.gz"])
@pytest.mark.parametrize("unit", ["mm", "unknown"])
def test_a_whole_file_is_opened(tmp_path: Path, name: str, unit: str) -> None:
    assert np.array_equal(open_nifti(saved(tmp_path / name, unit=unit)).get_fdata(), VOXELS)


def test_a_changed_byte_is_found_by_the_checksum(tmp_path: Path) -> None:
    saved(tmp_path / "volume.nii")
    file = tmp_path / "volume.nii.gz"
    file.write_bytes(gzip.compress((tmp_path / "volume.nii").read_bytes(), compresslevel=0))
    open_nifti(file)
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    with pytest.raises(OSError, match="CRC check failed"):
        open_nifti(file)


@pytest.mark.parametrize("unit", ["meter", "micron"])
def test_lengths_are_in_mm(tmp_path: Path, unit: str) -> None:
    with pytest.raises(BadInput, match=f"states lengths in mm, got {unit};"):
        open_nifti(saved(tmp_path / "volume.nii", unit=unit))


@pytest.mark.parametrize("kind", [np.complex64, np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])])
def test_numbers_are_real(tmp_path: Path, kind: np.dtype) -> None:
    with pytest.raises(BadInput, match="holds real numbers"):
        open_nifti(saved(tmp_path / "volume.nii", np.zeros((4, 4, 4), kind)))


def test_two_voxel_sizes_are_refused(tmp_path: Path) -> None:
    file = saved(tmp_path / "volume.nii")
    content = bytearray(file.read_bytes())
    content[80:84] = np.float32(2).tobytes()  # pixdim[1] of the header
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"one voxel size, got pixdim \[2\.0, 4\.0, 4\.0\]"):
        open_nifti(file)
