"""A folder for results: a new one appears whole; in one that was there, each file does."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from custom.errors import BadInput
from custom.leftovers import remove_leftovers
from custom.settings import check_yes_or_no


@dataclass(frozen=True, kw_only=True)
class ResultFolder:
    """Where a run puts its files; asked before the work starts, filled after it has ended.

    Args:
        path: the folder; it need not exist.
        names: the files that the run writes.
        overwrite: whether such files may be there already.

    Raises:
        BadInput: `overwrite` is neither true nor false, or the path is no folder, cannot be written, or holds results
            that may not be overwritten.
    """

    path: str | Path
    names: tuple[str, ...]
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Refuse before hours of work what would fail after them."""
        check_yes_or_no(overwrite=self.overwrite)
        folder = self.folder
        if folder.exists() and not folder.is_dir():
            raise BadInput(f"output_dir must be a folder, got the file {self.path}; name another")
        ancestor = next(existing for existing in (folder, *folder.parents) if existing.exists())
        if not ancestor.is_dir() or not os.access(ancestor, os.W_OK | os.X_OK):
            raise BadInput(f"output_dir must be writable, got {self.path}; is {ancestor} yours and no file?")
        present = [name for name in self.names if (folder / name).exists()]
        if present and not self.overwrite:
            raise BadInput(
                f"output_dir must not hold results yet, got {self.path} with {', '.join(present)}; give --overwrite "
                "True or another folder"
            )

    @property
    def folder(self) -> Path:
        """The path from the root of the file system."""
        return Path(self.path).absolute()

    @contextmanager
    def filled(self) -> Iterator[Path]:
        """Yield a new folder beside the final one, and move it there once all files are written.

        Where the final folder exists, the files move one by one: each is whole, but a run that is stopped between two
        leaves some of them new and some old.

        Raises:
            BadInput: the folder cannot be written.
        """
        beside = self.folder.parent / f".{self.folder.name}.{uuid.uuid4().hex}.unfinished"
        remove_leftovers(self.folder.parent, f".{self.folder.name}.*.unfinished")
        try:
            beside.mkdir(parents=True)
            yield beside
            self._move(beside)
        except OSError as error:
            raise BadInput(
                f"output_dir must be writable, got {self.path} ({error.strerror}); is the disk full, the folder locked?"
            ) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _move(self, beside: Path) -> None:
        """Move the folder where there is none yet, else its files one by one, in the order of `names`."""
        if not self.folder.exists():
            beside.replace(self.folder)
            return
        for name in self.names:
            if (beside / name).exists():
                (beside / name).replace(self.folder / name)
