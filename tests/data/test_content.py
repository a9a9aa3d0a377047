"""Volumes are known again by what they hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from custom.data.content import content_of, content_of_file


def studies_in(folder: Path, *contents: str) -> list[dict[str, str]]:
    folder.mkdir()
    for number, content in enumerate(contents):
        (folder / str(number)).write_text(content)
    return [{"image": str(folder / str(number)), "study": "any"} for number in range(len(contents))]


def test_it_is_the_checksum_of_a_list_of_checksums(tmp_path: Path) -> None:
    lines = [f"image {hashlib.sha256(text).hexdigest()}" for text in (b"a", b"b")]
    assert content_of(studies_in(tmp_path / "one", "a", "b"), ["image"]) == (
        hashlib.sha256("\n".join(lines).encode()).hexdigest()
    )


def test_where_volumes_lie_does_not_matter(tmp_path: Path) -> None:
    one, other = studies_in(tmp_path / "one", "a", "b"), studies_in(tmp_path / "other", "a", "b")
    assert content_of(one, ["image"]) == content_of(other, ["image"])


def test_a_file_may_be_absent(tmp_path: Path) -> None:
    assert content_of_file(None) is None
    assert content_of_file(tmp_path / "weights") == "absent"
    (tmp_path / "weights").write_bytes(b"a")
    assert content_of_file(tmp_path / "weights") == hashlib.sha256(b"a").hexdigest()


@pytest.mark.parametrize("changed", [("b", "a"), ("a", "c"), ("a",), ("ab", "")])
def test_what_they_hold_and_their_order_do(tmp_path: Path, changed: tuple[str, ...]) -> None:
    one, other = studies_in(tmp_path / "one", "a", "b"), studies_in(tmp_path / "other", *changed)
    assert content_of(one, ["image"]) != content_of(other, ["image"])
