"""Where a training stands, and whether it begins, continues or is refused."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

import torch

from custom.errors import BadInput

TRAINER = "trainer"  # name of the engine's own state in a checkpoint: steps done


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an earlier run came: nothing, where there was none or it is not to be continued."""

    epoch: int = 0
    iteration: int = 0

    @property
    def resumed(self) -> bool:
        """Whether there is something to continue from."""
        return self.epoch > 0


def open_training(checkpoint: str | Path, *, resume: bool, overwrite: bool) -> Progress:
    """Find out where a training starts, and make room for what it writes.

    Args:
        checkpoint: file that `custom.training.checkpoints.LastCheckpoint` writes.
        resume: whether to continue from the file if it is there.
        overwrite: whether, if it is not to be continued, it may be removed.

    Raises:
        BadInput: the folder cannot be written to, or the file is damaged, or it is neither to be continued nor to be
            overwritten.
    """
    path = Path(checkpoint)
    make_writable(path.parent)
    if resume and path.exists():
        return _read_progress(path)
    if path.exists() and not overwrite:
        raise BadInput(f"{path} holds a training; set resume or overwrite to true, or choose another output_dir")
    path.unlink(missing_ok=True)  # or the next run would continue what this one replaces
    return Progress()


def make_writable(folder: Path) -> None:
    """Make a folder for results, before hours of work find out that there is none.

    Raises:
        BadInput: files cannot be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadInput(
            f"output_dir must be a folder that can be written to, got {folder} ({error.strerror})"
        ) from error


def _read_progress(path: Path) -> Progress:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)[TRAINER]
        return Progress(epoch=state["iteration"] // state["epoch_length"], iteration=state["iteration"])
    except Exception as error:
        reason = shorten(str(error), 200, placeholder=" …")
        raise BadInput(f"{path} must be a checkpoint of a training ({reason}); begin in another output_dir") from error
