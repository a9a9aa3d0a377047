"""Scripts that draw a picture, and the pages that they become."""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass
from pathlib import Path

from custom.evaluation.compact_png import save_compact_png


class NotHere(Exception):
    """What a script would draw needs files that are not on this machine; the message is a sentence without its end."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """A module whose docstring is the text of its picture and whose function `draw` returns the picture.

    Args:
        module: its name, such as docs.gallery.mlem.
        path: its file.
    """

    module: str
    path: Path

    @property
    def name(self) -> str:
        """Of the script and of what comes of it."""
        return self.path.stem

    @property
    def text(self) -> str:
        """The module's docstring."""
        return ast.get_docstring(ast.parse(self.path.read_text(encoding="utf-8"))) or ""

    @property
    def title(self) -> str:
        """The docstring's first sentence."""
        return self.text.splitlines()[0].removesuffix(".")

    def draw(self, folder: Path) -> str:
        """Draw the picture into a folder and return the Markdown that shows it, or says why there is none."""
        try:
            figure = importlib.import_module(self.module).draw()
        except NotHere as reason:
            return f"*{reason}; the picture is drawn where it is.*"
        save_compact_png(figure, folder / f"{self.name}.png")
        return f"![{self.title}]({self.name}.png)"

    def page(self, picture: str) -> str:
        """Return a page: the text, its picture, and the program without the text."""
        source = self.path.read_text(encoding="utf-8")
        program = source[source.index('"""', 3) + 3 :].strip()
        _, _, body = self.text.partition("\n")
        return f"# {self.title}\n{body}\n\n{picture}\n\n`{self.path}`:\n\n```python\n{program}\n```\n"


def scripts_in(folder: Path) -> list[Script]:
    """List the scripts of a folder of the documentation, which is a package, by name."""
    package = ".".join(folder.parts)
    files = sorted(file for file in folder.glob("*.py") if file.name != "__init__.py")
    return [Script(module=f"{package}.{file.stem}", path=file) for file in files]
