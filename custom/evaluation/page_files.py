"""A page on disk: Markdown with its pictures beside it, and the HTML twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from tqdm import tqdm

from custom.evaluation.compact_png import save_compact_png
from custom.evaluation.page import Page
from custom.evaluation.page_html import html_twin
from custom.evaluation.results import prepare_folder, written_whole


def write_page(
    page: Page,
    output_dir: str | Path,
    *,
    name: str,
    overwrite: bool = False,
    beside: Mapping[str, Callable[[Path], None]] = MappingProxyType({}),
) -> Path:
    """Write `<name>.md`, its pictures, `<name>.html` and what lies beside them: all of them or none.

    Args:
        page: to be written.
        output_dir: folder that gets the files.
        name: of the page.
        overwrite: whether files of these names are replaced.
        beside: what writes each further file, by its name.

    Returns:
        The Markdown file.

    Raises:
        BadInput: the folder cannot be written to, or holds such files that are not to be replaced.
    """
    illustrations = page.illustrations()
    names = [f"{name}.md", f"{name}.html", *beside, *(illustration.file for illustration in illustrations)]
    folder = prepare_folder(output_dir, names, overwrite)
    markdown = page.markdown()
    with written_whole(folder) as partial:
        for illustration in tqdm(illustrations, desc="drawing", unit="picture"):
            save_compact_png(illustration.draw(), partial / illustration.file)
        (partial / f"{name}.md").write_text(markdown, encoding="utf-8")
        twin = html_twin(markdown, title=page.title, pictures=partial)
        (partial / f"{name}.html").write_text(twin, encoding="utf-8")
        for file, write in beside.items():
            write(partial / file)
    return folder / f"{name}.md"
