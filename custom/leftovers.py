"""What killed runs left half-written."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

ABANDONED_AFTER_S = 24 * 3600


def remove_leftovers(folder: Path, pattern: str) -> None:
    """Remove folders in which nothing was written for a day; younger ones may be a running process's.

    Args:
        folder: where to look.
        pattern: of the names, such as "*.partial".
    """
    for path in folder.glob(pattern):
        try:
            newest = max(entry.stat().st_mtime for entry in (path, *path.rglob("*")))
        except OSError:  # whose it is has just finished
            continue
        if time.time() - newest > ABANDONED_AFTER_S:
            shutil.rmtree(path, ignore_errors=True)
