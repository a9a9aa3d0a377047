"""Where a training stands, and whether it begins, continues or is refused."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

import torch

from custom.errors import BadInput
from custom.settings import check_yes_or_no
from custom.training.training_settings import check_training_settings

TRAINER = "trainer"  # name of the engine's own state in a checkpoint: steps done
SETTINGS = "settings"  # name of what decides the result in a checkpoint
ENDED = "ended"  # name of whether training ended before its last epoch in a checkpoint
WRITTEN = ("model.pt", "curve.csv")
BEGUN = "tensorboard"  # stands beside them from a training's first moment on
WAY_OUT = "choose another output_dir, or begin anew with --resume False --overwrite True"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an earlier run came: nothing, where there was none or it is not to be continued."""

    epoch: int = 0
    iteration: int = 0
    finished: bool = False

    @property
    def resumed(self) -> bool:
        """Whether there is something to continue from."""
        return self.epoch > 0


def open_training(checkpoint: str | Path, *, settings: Mapping[str, Any], resume: bool, overwrite: bool) -> Progress:
    """Find out where a training starts; nothing is lost before its first step.

    Args:
        checkpoint: file that `custom.training.checkpoints.LastCheckpoint` writes.
        settings: what decides the result, by name; a training continues with those it began with.
        resume: whether to continue from the file if it is there.
        overwrite: whether, if it is not to be continued, it may be replaced.

    Raises:
        BadInput: a setting is out of its range, the folder cannot be written to, or the file is damaged or of other
            settings, or it, or weights whose training is not there, are neither to be continued nor to be overwritten.
    """
    check_yes_or_no(resume=resume, overwrite=overwrite)
    check_training_settings(settings)
    path = Path(checkpoint)
    make_writable(path.parent)
    if resume and path.exists():
        progress, before = _read(path)
        _check_same(settings, before, path)
        return progress
    if not overwrite:
        _check_free(path)
    return Progress()


def _check_free(path: Path) -> None:
    if path.exists():
        raise BadInput(f"{path} holds a training; set resume or overwrite to true, or choose another output_dir")
    written = [file for file in (path.with_name(name) for name in WRITTEN) if file.exists()]
    if written and not path.with_name(BEGUN).exists():
        raise BadInput(
            f"a training begins in a folder without one, got {written[0]}, which would be replaced; are these weights "
            "that something else uses? Choose another output_dir, or set overwrite"
        )


def is_finished(checkpoint: Path, settings: Mapping[str, Any]) -> bool:
    """Tell whether a training with such settings has come to its end.

    Args:
        checkpoint: its last one, which need not exist.
        settings: of the training, as `open_training` takes them.

    Raises:
        BadInput: the file is damaged.
    """
    if not checkpoint.exists():
        return False
    progress, before = _read(checkpoint)
    return progress.finished and before == settings


def settings_of(checkpoint: Path) -> dict[str, Any] | None:
    """Return the settings with which a training began, or None where there is none.

    Args:
        checkpoint: its last one, which need not exist.

    Raises:
        BadInput: the file is damaged.
    """
    return _read(checkpoint)[1] if checkpoint.exists() else None


def differing(settings: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Name the settings that differ between two trainings."""
    return [name for name in {**before, **settings} if before.get(name) != settings.get(name)]


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


def _read(path: Path) -> tuple[Progress, dict[str, Any]]:
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        state = checkpoint[TRAINER]
        epoch = state["iteration"] // state["epoch_length"]
        finished = epoch >= state["max_epochs"] or checkpoint.get(ENDED, False)
        progress = Progress(epoch=epoch, iteration=state["iteration"], finished=finished)
        return progress, dict(checkpoint.get(SETTINGS, {}))
    except Exception as error:
        reason = shorten(str(error), 200, placeholder=" …")
        raise BadInput(f"{path} must be a checkpoint of a training ({reason}); begin in another output_dir") from error


def _check_same(settings: Mapping[str, Any], before: Mapping[str, Any], path: Path) -> None:
    rule = "a training continues with the settings it began with"
    if not before:
        raise BadInput(f"{rule}: {path} has none; is it from an older version? Then {WAY_OUT}")
    changes = [f"{name} {before.get(name)!r}, now {settings.get(name)!r}" for name in differing(settings, before)]
    if changes:
        raise BadInput(f"{rule}: {path} has {'; '.join(changes)}; {WAY_OUT}")
