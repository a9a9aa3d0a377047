"""Checksums of a folder's files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest

from custom.simulation.checksums import CHECKSUMS, damaged_files, write_checksums

NAMES = ["a.txt", "inner/b.bin"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.txt").write_text("abc")
    (tmp_path / "inner" / "b.bin").write_bytes(bytes(range(256)))
    write_checksums(tmp_path)
    return tmp_path


def test_a_folder_as_written_is_not_damaged(folder):
    assert damaged_files(folder, NAMES) == []


def test_the_digests_are_sha_256(folder):
    lines = (folder / CHECKSUMS).read_text().splitlines()
    assert lines[0] == f"{hashlib.sha256(b'abc').hexdigest()}  a.txt"
    assert [line.split()[1] for line in lines] == NAMES


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on this machine")
def test_another_program_reads_them(folder):
    check = ["sha256sum", "--check", "--strict", CHECKSUMS]
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 0
    (folder / "a.txt").write_text("abc!")
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("damage", ["altered", "cut short", "deleted", "a folder"])
def test_a_damaged_file_is_named(folder, damage):
    file = folder / "inner" / "b.bin"
    content = file.read_bytes()
    file.unlink()
    if damage == "altered":
        file.write_bytes(content[:100] + b"\x00" + content[101:])
    elif damage == "cut short":
        file.write_bytes(content[:-1])
    elif damage == "a folder":
        file.mkdir()
    assert damaged_files(folder, NAMES) == ["inner/b.bin"]


def test_a_needed_file_that_never_had_a_checksum_is_missed(folder):
    (folder / "c.txt").write_text("later")
    assert damaged_files(folder, [*NAMES, "c.txt"]) == ["c.txt"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"no checksums\n\n"])
def test_broken_checksums_vouch_for_nothing(folder, content):
    (folder / CHECKSUMS).write_bytes(content)
    assert set(damaged_files(folder, NAMES)) & {*NAMES, CHECKSUMS}


def test_a_folder_without_checksums_is_named_so(tmp_path):
    assert damaged_files(tmp_path, []) == [CHECKSUMS]
