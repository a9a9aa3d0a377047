"""Compressed files that are damaged where no reader of images looks."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from custom.compressed import check_gzip


def test_a_changed_byte_is_found_by_the_checksum(tmp_path: Path) -> None:
    file = tmp_path / "volume.nii.gz"
    file.write_bytes(gzip.compress(bytes(range(256)) * 8, compresslevel=0))
    check_gzip(file)
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    with pytest.raises(OSError, match="CRC check failed"):
        check_gzip(file)


def test_other_files_are_not_looked_at(tmp_path: Path) -> None:
    check_gzip(tmp_path / "nowhere.nii")
