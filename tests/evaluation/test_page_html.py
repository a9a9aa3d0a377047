"""The HTML twin of a page."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from custom.evaluation.page_html import html_twin


@pytest.fixture
def twin(tmp_path: Path) -> str:
    (tmp_path / "results a.png").write_bytes(b"a picture")
    return html_twin(
        "## Part\n\n![Figure 1](results%20a.png)\n\n<script>alert(1)</script>", title="A & B", pictures=tmp_path
    )


def test_pictures_lie_inside(twin: str) -> None:
    assert f'src="data:image/png;base64,{base64.b64encode(b"a picture").decode()}"' in twin
    assert "results%20a.png" not in twin


def test_nothing_is_loaded_and_no_script_runs(twin: str) -> None:
    assert "default-src 'none'" in twin
    assert "<script" not in twin
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in twin
    assert not [word for word in ("http:", "https:", "<link", "@import", "url(") if word in twin]


def test_it_is_a_whole_document_with_title_and_style(twin: str) -> None:
    assert twin.startswith("<!DOCTYPE html>")
    assert twin.rstrip().endswith("</html>")
    assert "<title>A &amp; B</title>" in twin
    assert "border-collapse" in twin
    assert '<h2 id="part">Part</h2>' in twin


def test_a_missing_picture_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        html_twin("![a](absent.png)", title="", pictures=tmp_path)
