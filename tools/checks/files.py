"""Licence, sizes and content of a bundle's files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monai.bundle import ConfigParser

from custom.errors import BadInput
from tools.checks.unpacked import SUFFIXES, Unpacked

GREATEST_FILE = 25 * 2**20  # bytes that the Model Zoo takes in one file; greater ones lie elsewhere
TEXTS = {".py", ".md", ".txt", ".conf", *SUFFIXES}
HOME = re.compile(r"(?:/home/|/Users/|/root/|[A-Z]:\\Users\\)[\w.-]+")


def check_licence(bundle: Unpacked) -> str:
    """Hold that a licence is there and says something."""
    text = bundle.file("LICENSE").read_text(encoding="utf-8")
    if not text.strip():
        raise BadInput("a licence has terms, got an empty LICENSE")
    return " ".join(text.split())[:40]


def check_sizes(bundle: Unpacked) -> str:
    """Hold that the bundle is of plain files, none greater than the Model Zoo takes unless it names where it lies."""
    links = [bundle.name(file) for file in bundle.root.rglob("*") if file.is_symlink()]
    if links:
        raise BadInput(f"a bundle has no links, got {', '.join(links[:3])}; `make bundle` packs what they lead to")
    files = [file for file in bundle.root.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    large = {bundle.name(file) for file in files if file.stat().st_size > GREATEST_FILE} - _lie_elsewhere(bundle)
    if large:
        raise BadInput(f"files above 25 MB are listed in large_files.yml, {', '.join(sorted(large))} is not")
    sizes = {file: file.stat().st_size for file in files}
    greatest = max(sizes, key=lambda file: sizes[file])
    return f"{len(files)} files, the greatest {bundle.name(greatest)}, {sizes[greatest] / 2**20:.1f} MB"


def check_paths(bundle: Unpacked) -> str:
    """Hold that no file names a place on the machine where it was written."""
    configs = [file for file in (bundle.root / "configs").rglob("*") if file.suffix in SUFFIXES]
    for file in configs:
        for text in _texts_in(ConfigParser.load_config_file(str(file))):
            if Path(text).is_absolute():
                raise BadInput(f"paths in configs are relative, got {text} in {bundle.name(file)}")
    texts = [file for file in bundle.root.rglob("*") if file.suffix in TEXTS]
    for file in texts:
        home = HOME.search(file.read_text(encoding="utf-8"))
        if home:
            raise BadInput(f"no file names somebody's folder, got {home[0]} in {bundle.name(file)}")
    return f"none in {len(configs)} configs, no home folder in {len(texts)} texts"


def _lie_elsewhere(bundle: Unpacked) -> set[str]:
    lists = [bundle.root / f"large_files{suffix}" for suffix in SUFFIXES]
    found = [ConfigParser.load_config_file(str(file))["large_files"] for file in lists if file.is_file()]
    return {entry["path"] for entries in found for entry in entries}


def _texts_in(content: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from _texts_in(part)
