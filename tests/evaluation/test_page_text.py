"""Text that stays text, whatever it holds."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.evaluation.page_html import html_twin
from custom.evaluation.page_text import Link, Strong, anchor, escaped, inline

LINES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


class Reader(HTMLParser):
    """Collects the names of the elements in the body, and what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


def read(markdown: str) -> Reader:
    reader = Reader()
    twin = html_twin(markdown, title="", pictures=Path())
    reader.feed(twin[twin.index("<body>") + len("<body>") :])
    return reader


@given(LINES)
@settings(deadline=None)
def test_any_text_is_one_paragraph_that_says_what_it_is(text: str) -> None:
    words = " ".join(text.split())
    page = read(f"Here: {escaped(text)} end")
    assert page.elements == ["p"]
    assert " ".join(page.said.split()) == " ".join(f"Here: {words} end".split())


@given(LINES)
@settings(deadline=None)
def test_any_text_may_begin_a_paragraph_or_stand_in_a_cell(text: str) -> None:
    words = " ".join(text.split())
    assert set(read(escaped(text)).elements) <= {"p"}
    page = read(f"| a | b |\n| --- | --- |\n| {escaped(text)} | end |")
    assert page.elements == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]
    assert page.said.split() == ["a", "b", *words.split(), "end"]


def test_words_stand_out_and_lead_elsewhere() -> None:
    text = (Strong("All *simulated*"), ", see ", Link("decisions [1]", "decisions.md"))
    assert inline(text) == "**All &#42;simulated&#42;**, see [decisions &#91;1&#93;](decisions.md)"
    assert read(inline(text)).elements == ["p", "strong", "a"]


def test_targets_with_brackets_stay_whole() -> None:
    assert inline(Link("a", "b c/(d).md")) == "[a](b%20c/%28d%29.md)"
    assert inline(Link("a", "https://doi.org/10.1148/ryai.240300")) == "[a](https://doi.org/10.1148/ryai.240300)"


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://plain"])
def test_links_lead_to_files_or_https_addresses(target: str) -> None:
    with pytest.raises(ValueError, match="links lead to files"):
        Link("a", target)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("The paper's tables", "the-papers-tables"),
        ("CT out of place", "ct-out-of-place"),
        ("Two-channel input, and more", "two-channel-input-and-more"),
    ],
)
def test_headings_are_named_as_github_names_them(heading: str, name: str) -> None:
    assert anchor(heading) == name
    assert re.search(f'<h2 id="{name}">', html_twin(f"## {heading}", title="", pictures=Path()))
