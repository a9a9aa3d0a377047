"""Text of a page in Markdown.

Whatever stands in it is text, never Markdown or HTML: names that come from files cannot change how the page looks or
what it does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

# What Markdown or HTML might take for its own; an underscore between letters or digits is none of these
SPECIAL = re.compile(r"[\\`*\[\]<>&|~$#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
BEGINNING = re.compile(r"^ ?(?:[-+=]|\d+[.)])(?=[-=\s]|$)")  # of a list, or the line under a heading
ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True)
class Link:
    """Words that lead elsewhere.

    Args:
        text: the words.
        target: a relative path, a heading's anchor or an https address.

    Raises:
        ValueError: another kind of address.
    """

    text: str
    target: str

    def __post_init__(self) -> None:
        if urlsplit(self.target).scheme not in ("", "https"):
            raise ValueError(f"links lead to files, headings or https addresses, got {self.target}")


Text = str | Strong | Link | Sequence[str | Strong | Link]


def inline(text: Text) -> str:
    """Write a text in Markdown, on one line."""
    if isinstance(text, str):
        return escaped(text)
    if isinstance(text, Strong):
        return f"**{escaped(text.text)}**"
    if isinstance(text, Link):
        return f"[{escaped(text.text)}]({quote(text.target, safe=':/#?=&%')})"
    return "".join(inline(part) for part in text)


def escaped(text: str) -> str:
    """Write text so that Markdown and HTML show it as it is, on one line."""
    line = SPECIAL.sub(_last_as_entity, re.sub(r"\s+", " ", text))
    return BEGINNING.sub(_last_as_entity, line)


def anchor(heading: str) -> str:
    """Return the name under which a heading is linked to, as GitHub makes it: lower case, hyphens between words."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _last_as_entity(found: re.Match[str]) -> str:
    before, last = found[0][:-1], found[0][-1]
    return before + ENTITIES.get(last, f"&#{ord(last)};")
