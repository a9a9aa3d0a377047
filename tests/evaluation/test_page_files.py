"""A page on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from custom.errors import BadInput
from custom.evaluation.page import Illustration, Page, Paragraph
from custom.evaluation.page_files import write_page


def page(draw=Figure) -> Page:
    return Page(
        title="Results", opening=[Paragraph("Simulated.")], sections={"One": [Illustration("results_a.png", draw, "A")]}
    )


def test_page_pictures_and_twin_lie_beside_each_other(tmp_path: Path) -> None:
    written = write_page(page(), tmp_path, name="results")
    assert {file.name for file in tmp_path.iterdir()} == {"results.md", "results.html", "results_a.png"}
    assert written.read_text() == page().markdown()
    assert (tmp_path / "results_a.png").read_bytes().startswith(b"\x89PNG")
    assert "data:image/png" in (tmp_path / "results.html").read_text()


def test_a_page_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "results.md").write_text("mine")
    with pytest.raises(BadInput, match=r"holds results \(results\.md\); set overwrite"):
        write_page(page(), tmp_path, name="results")
    write_page(page(), tmp_path, name="results", overwrite=True)
    assert (tmp_path / "results.md").read_text() != "mine"


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    (tmp_path / "results.md").write_text("earlier")

    def fail() -> Figure:
        raise BadInput("a volume is missing")

    with pytest.raises(BadInput, match="a volume is missing"):
        write_page(page(fail), tmp_path, name="results", overwrite=True)
    assert [file.name for file in tmp_path.iterdir()] == ["results.md"]
    assert (tmp_path / "results.md").read_text() == "earlier"


def test_the_same_page_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_page(page(), tmp_path / folder, name="results")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_other_files_lie_beside_the_page_all_or_none(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        raise BadInput(f"{path.name} cannot be written")

    write_page(page(), tmp_path, name="results", beside={"data.csv": lambda path: path.write_text("whole")})
    assert (tmp_path / "data.csv").read_text() == "whole"
    with pytest.raises(BadInput, match=r"data\.csv cannot be written"):
        write_page(page(), tmp_path, name="results", overwrite=True, beside={"data.csv": fail})
    assert (tmp_path / "data.csv").read_text() == "whole"
