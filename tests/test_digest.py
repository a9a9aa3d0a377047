"""The digest by which files are named, against a published one."""

from __future__ import annotations

from pathlib import Path

import pytest

from custom.digest import sha256


def test_it_is_that_of_the_standard_s_example(tmp_path: Path) -> None:
    """FIPS 180-2, appendix B.1: the message `abc`."""
    (tmp_path / "message").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(tmp_path / "message") == sha256(str(tmp_path / "message")) == expected


def test_a_file_that_is_not_there_has_none(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        sha256(tmp_path / "nowhere")
