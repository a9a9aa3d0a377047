"""The content of files, by which a run knows whether it has seen them before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from custom.digest import sha256


def content_of_file(path: str | Path | None) -> str | None:
    """Return the SHA-256 of a file that may not be there yet, "absent" without it, or None where none is named."""
    if path is None:
        return None
    return sha256(path) if Path(path).is_file() else "absent"


def content_of(studies: Sequence[Mapping[str, str]], keys: Sequence[str]) -> str:
    """Return one checksum of volumes in their order, wherever they lie and whatever they are called.

    Args:
        studies: dictionaries of paths, such as `read_datalist` returns.
        keys: which of them.

    Returns:
        SHA-256 of the files' SHA-256, key by key and study by study.

    Raises:
        OSError: a file cannot be read.
    """
    checksums = [f"{key} {sha256(study[key])}" for study in studies for key in keys]
    return hashlib.sha256("\n".join(checksums).encode()).hexdigest()
