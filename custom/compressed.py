"""Compressed files, read to their end."""

from __future__ import annotations

import gzip
from pathlib import Path


def check_gzip(path: str | Path) -> None:
    """Read a compressed file to its checksum, which readers of images, content with the voxels, do not reach.

    Args:
        path: of any file; nothing is done where its name does not end in .gz.

    Raises:
        OSError, EOFError, zlib.error: the file is damaged or cut short.
    """
    if Path(path).suffix.lower() == ".gz":
        with gzip.open(path) as file:
            while file.read(1 << 20):
                pass
