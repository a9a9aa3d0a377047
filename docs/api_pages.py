"""Pages of the programming reference: one for each room, with all of its modules."""

from __future__ import annotations

from pathlib import Path


def api_pages(package: Path) -> dict[str, str]:
    """Return a page for each room of a package, by its name; single modules stand in a room of their own.

    Args:
        package: its folder.
    """
    pages = {}
    for entry in sorted(package.iterdir()):
        if entry.is_dir() and (entry / "__init__.py").is_file():
            pages[entry.name] = _page(entry.name, sorted(file for file in entry.glob("*.py") if file.name[0] != "_"))
        elif entry.suffix == ".py" and entry.name[0] != "_":
            pages[entry.stem] = _page(entry.stem, [entry])
    return pages


def _page(title: str, files: list[Path]) -> str:
    modules = [".".join(file.with_suffix("").parts) for file in files]
    return "\n\n".join([f"# {title}", *(f"::: {module}" for module in modules)]) + "\n"
