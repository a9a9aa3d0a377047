"""The whole site, built strictly as `make docs` builds it, but with blank pictures."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from PIL import Image

from docs.gather import gather
from docs.illustrated import Script


class Links(HTMLParser):
    """What a page fetches by itself, and what it leads to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.linked: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("img", "script", "iframe") and given.get("src"):
            self.fetched.append(given["src"])
        if tag == "link" and given.get("rel") != "canonical" and given.get("href"):
            self.fetched.append(given["href"])
        if tag == "a" and given.get("href"):
            self.linked.append(given["href"])


def blank(script: Script, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    Image.new("L", (8, 8), 255).save(folder / f"{script.name}.png")
    return f"![{script.title}]({script.name}.png)"


@pytest.fixture(scope="module")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(repository)
        gather(folder / "build" / "docs", draw=blank)
    shutil.copy(repository / "mkdocs.yml", folder)
    (folder / "custom").symlink_to(repository / "custom")
    zensical = Path(sys.executable).with_name("zensical")
    built = subprocess.run([zensical, "build", "--strict"], cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Links]:
    return {page: Links(page) for page in site.rglob("*.html") if page.name != "404.html"}


def lies_there(link: str, page: Path) -> bool:
    return (page.parent / unquote(urlparse(link).path)).exists()


def test_every_page_and_picture_that_is_linked_is_there(pages) -> None:
    missing = [
        (page.name, link)
        for page, links in pages.items()
        for link in links.fetched + links.linked
        if not urlparse(link).scheme and not link.startswith("#") and not lies_there(link, page)
    ]
    assert not missing


def test_reading_asks_no_network(pages, site) -> None:
    assert not [(page.name, link) for page, links in pages.items() for link in links.fetched if urlparse(link).netloc]
    styles = "".join(style.read_text() for style in site.rglob("*.css"))
    assert not re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", styles)


def test_every_page_can_be_reached_from_the_first(pages, site) -> None:
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [
                target
                for link in pages[page].linked
                if (target := (page.parent / urlparse(link).path).resolve()) in pages and not urlparse(link).scheme
            ]
    assert reached == set(pages)


def test_equations_code_and_reference_are_rendered(site) -> None:
    method = (site / "docs" / "method.html").read_text()
    equations = (Path(__file__).parents[2] / "docs" / "method.md").read_text().count("$$") // 2
    assert method.count('display="block"') == equations
    assert "$" not in re.sub(r"<(script|style).*?</\1>", "", method, flags=re.S)
    reference = (site / "docs" / "api" / "reconstruction.html").read_text()
    assert 'id="custom.reconstruction.mlem.mlem"' in reference
    assert "10.1109/TMI.1982.4307558" in reference
    assert "def draw(" in re.sub(r"<[^>]+>", "", (site / "docs" / "gallery" / "mlem.html").read_text())
