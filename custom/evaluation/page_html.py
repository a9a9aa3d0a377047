"""The HTML twin of a page: one file that needs nothing else, neither network nor script."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension
from markdown.treeprocessors import Treeprocessor

from custom.evaluation.page_text import anchor

STYLE = Path(__file__).with_name("page.css")
NOTHING_FROM_OUTSIDE = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def html_twin(markdown: str, *, title: str, pictures: Path) -> str:
    """Turn a page in Markdown into HTML with its pictures and its style inside.

    HTML in the Markdown is shown as text, and browsers are told to load nothing and to run no script.

    Args:
        markdown: the page.
        title: of the browser's window.
        pictures: folder of the PNG files that the page names.
    """
    headings = TocExtension(slugify=lambda heading, _: anchor(heading))
    body = Markdown(extensions=[TableExtension(), headings, _SelfContained(pictures)]).convert(markdown)
    style = STYLE.read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{NOTHING_FROM_OUTSIDE}">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


class _SelfContained(Extension):
    """Let Markdown put pictures inside, and no HTML through."""

    def __init__(self, pictures: Path) -> None:
        super().__init__()
        self.pictures = pictures

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  Markdown's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_PicturesInside(md, self.pictures), "pictures_inside", priority=5)


class _PicturesInside(Treeprocessor):
    def __init__(self, md: Markdown, pictures: Path) -> None:
        super().__init__(md)
        self.pictures = pictures

    def run(self, root: Element) -> None:
        for image in root.iter("img"):
            content = (self.pictures / unquote(image.attrib["src"])).read_bytes()
            image.set("src", f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}")
