"""Gather the pages of the site, each in its place beside the others, with what is drawn and generated for them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from docs.api_pages import api_pages
from docs.equations import with_mathml
from docs.illustrated import Script, scripts_in

GATHERED = Path("build/docs")
LINKED_TEST = re.compile(r"\]\((tests/[\w/]+\.py)\)")
LINKED_IN_BUNDLE = re.compile(r"\]\(\.\./([\w./-]+)\)")
AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")
OWN, BUNDLE, PACKAGE = Path("docs"), Path("bundle/docs"), Path("custom")
NOT_ON_PAGES = {"before_and_after"}  # drawn from what `make inference` left, and kept beside the README


def gather(folder: Path, draw: Callable[[Script, Path], str] = Script.draw) -> None:
    """Write all pages into a folder, as `mkdocs.yml` names them.

    What the repository shows as Markdown keeps its path, so that links between pages mean the same there and here.

    Args:
        folder: to be made anew.
        draw: draws a script's picture into a folder and returns the Markdown that shows it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BUNDLE, folder / BUNDLE)
    shutil.copytree(OWN, folder / OWN, ignore=shutil.ignore_patterns("*.py", "__pycache__", "gallery"))
    for name in AT_THE_TOP:
        shutil.copy(name, folder / name)
    tests = LINKED_TEST.findall(Path("README.md").read_text(encoding="utf-8"))
    results = LINKED_IN_BUNDLE.findall((BUNDLE / "results.md").read_text(encoding="utf-8"))
    for name in {*tests, *(f"bundle/{name}" for name in results)}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(name, folder / name)
    for page in (folder / OWN).rglob("*.md"):
        page.write_text(with_mathml(page.read_text(encoding="utf-8")), encoding="utf-8")
    _write_api(folder / OWN / "api")
    for script in scripts_in(OWN / "figures"):
        if script.name not in NOT_ON_PAGES:
            draw(script, folder / OWN / "figures")
    _write_gallery(folder / OWN / "gallery", draw)


def _write_api(folder: Path) -> None:
    folder.mkdir()
    for name, page in api_pages(PACKAGE).items():
        (folder / f"{name}.md").write_text(page, encoding="utf-8")


def _write_gallery(folder: Path, draw: Callable[[Script, Path], str]) -> None:
    folder.mkdir()
    for script in scripts_in(OWN / "gallery"):
        page = script.page(draw(script, folder))
        (folder / f"{script.name}.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    gather(GATHERED)
