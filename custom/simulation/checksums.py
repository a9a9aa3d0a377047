"""Checksums of a folder's files, as `sha256sum --check` reads them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from custom.digest import sha256
from custom.simulation.whole_files import write_text

CHECKSUMS = "SHA256SUMS"


def write_checksums(folder: Path) -> None:
    """Write the SHA-256 of every file in a folder and its subfolders."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    write_text(folder / CHECKSUMS, "".join(lines))


def damaged_files(folder: Path, needed: Iterable[str]) -> list[str]:
    """Return those of the needed files, and of all that have a checksum, that are missing or were altered."""
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return [CHECKSUMS]
    written = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return [name for name in sorted({*needed, *written}) if not _has_digest(folder / name, written.get(name))]


def _has_digest(path: Path, digest: str | None) -> bool:
    try:
        return sha256(path) == digest
    except OSError:
        return False
