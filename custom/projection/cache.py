"""Keeping assembled arrays on disk: one folder per content hash, complete or absent."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

import numpy as np

from custom.leftovers import remove_leftovers

MANIFEST = "manifest.json"
_CHUNK_BYTES = 1 << 24


def user_cache_dir() -> Path:
    """Return the user's cache folder for system matrices."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "cardiac-spect-pvc" / "system-matrices"


def content_key(content: object) -> str:
    """Return a name for all that the arrays depend on, given as plain numbers, strings, lists and dictionaries."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def load(folder: Path, dtypes: Mapping[str, str]) -> dict[str, np.ndarray] | None:
    """Return the arrays kept in a folder, memory-mapped; None if it is absent, or not whole as it was written."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if any(manifest[name] != _fingerprint(folder / name) for name in dtypes):
            return None
        return {name: _mapped(folder / name, dtype) for name, dtype in dtypes.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(folder: Path, pieces: Iterable[Mapping[str, np.ndarray]], dtypes: Mapping[str, str]) -> None:
    """Write arrays piece after piece, and let the folder appear under its name only when it is whole.

    Args:
        folder: where the arrays shall lie; what lies there is replaced.
        pieces: for each step, parts of some of the arrays, to be appended.
        dtypes: the arrays' names and types.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder.parent, "*.partial")
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", suffix=".partial", dir=folder.parent) as temporary:
        partial = Path(temporary) / "new"
        partial.mkdir()
        _append(partial, pieces, dtypes)
        manifest = json.dumps({name: _fingerprint(partial / name) for name in dtypes})
        (partial / MANIFEST).write_text(manifest, encoding="utf-8")
        if folder.exists():
            folder.rename(Path(temporary) / "old")
        partial.rename(folder)


def _append(partial: Path, pieces: Iterable[Mapping[str, np.ndarray]], dtypes: Mapping[str, str]) -> None:
    files: dict[str, IO[bytes]] = {name: (partial / name).open("wb") for name in dtypes}
    try:
        for piece in pieces:
            for name, array in piece.items():
                np.ascontiguousarray(array, dtypes[name]).tofile(files[name])
        for file in files.values():
            file.flush()
            os.fsync(file.fileno())
    finally:
        for file in files.values():
            file.close()


def _fingerprint(path: Path) -> list[int]:
    """Return size and checksum of a file."""
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            checksum = zlib.crc32(chunk, checksum)
        return [file.tell(), checksum]


def _mapped(path: Path, dtype: str) -> np.ndarray:
    """Map a file copy-on-write, which torch takes without a copy and without a warning."""
    return np.memmap(path, dtype, mode="c") if path.stat().st_size else np.empty(0, dtype)
