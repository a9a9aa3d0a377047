"""A page of paragraphs, tables and pictures, and how it is written in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from matplotlib.figure import Figure

from custom.evaluation.page_text import Link, Text, anchor, escaped, inline


class Block(Protocol):
    """A part of a page."""

    def markdown(self) -> str:
        """Write it without blank lines around it."""


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str

    def markdown(self) -> str:
        """Write it at the third level."""
        return f"### {escaped(self.text)}"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: Text

    def markdown(self) -> str:
        """Write it on one line."""
        return inline(self.text)


@dataclass(frozen=True)
class Commands:
    """Lines to be typed, shown as they are."""

    text: str

    def markdown(self) -> str:
        """Write them indented, so that no line of them can end the block."""
        return "\n".join(f"    {line}" for line in self.text.splitlines())


@dataclass(frozen=True)
class Table:
    """A table with a caption above it; cells are texts, as many in every row as in the header."""

    caption: Text
    header: Sequence[Text]
    rows: Sequence[Sequence[Text]]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"every row of a table has as many cells as its header, {len(self.header)}: {self.rows}")

    def markdown(self) -> str:
        """Write caption and table."""
        cells = [[inline(cell) for cell in row] for row in (self.header, *self.rows)]
        lines = [cells[0], ["---"] * len(self.header), *cells[1:]]
        return f"{inline(self.caption)}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


@dataclass(frozen=True)
class Illustration:
    """A picture with a caption below it, drawn when the page is written.

    Args:
        file: its name beside the page.
        draw: gives the figure.
        caption: what it shows.
    """

    file: str
    draw: Callable[[], Figure]
    caption: str

    def markdown(self) -> str:
        """Write picture and caption."""
        caption = escaped(self.caption)
        return f"![{caption}]({quote(self.file)})\n\n{caption}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: what stands at its top, then sections, each with its heading and listed in the contents."""

    title: str
    opening: Sequence[Block]
    sections: Mapping[str, Sequence[Block]]

    def markdown(self) -> str:
        """Write the whole page."""
        contents = [f"- {inline(Link(title, f'#{anchor(title)}'))}" for title in self.sections]
        parts = [f"# {escaped(self.title)}", *(block.markdown() for block in self.opening), "\n".join(contents)]
        for title, blocks in self.sections.items():
            parts += [f"## {escaped(title)}", *(block.markdown() for block in blocks)]
        return "\n\n".join(parts) + "\n"

    def illustrations(self) -> list[Illustration]:
        """Return all pictures, in their order."""
        blocks = [*self.opening, *(block for section in self.sections.values() for block in section)]
        return [block for block in blocks if isinstance(block, Illustration)]
