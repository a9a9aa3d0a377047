"""Where a training begins: anew, where it stopped, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from custom.errors import BadInput
from custom.training.progress import Progress, is_finished, open_training

SETTINGS = {"volumes": "4b3a", "seed": 1, "max_epochs": 9, "crop_size": None, "image_keys": ["image"]}


def keep(path: Path, iteration: int, epoch_length: int) -> None:
    trainer = {"iteration": iteration, "epoch_length": epoch_length, "max_epochs": 9}
    torch.save({"trainer": trainer, "settings": SETTINGS}, path)


def test_a_new_folder_is_made_and_training_begins(tmp_path: Path) -> None:
    progress = open_training(tmp_path / "a" / "b" / "last.pt", settings=SETTINGS, resume=True, overwrite=False)
    assert progress == Progress(epoch=0, iteration=0)
    assert not progress.resumed
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_training_continues_after_the_last_whole_epoch(tmp_path: Path) -> None:
    keep(tmp_path / "last.pt", iteration=35, epoch_length=5)
    progress = open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False)
    assert progress == Progress(epoch=7, iteration=35)
    assert progress.resumed


@pytest.mark.parametrize(("iteration", "finished"), [(40, False), (45, True)])
def test_a_training_is_finished_after_its_last_epoch(tmp_path: Path, iteration: int, finished: bool) -> None:
    keep(tmp_path / "last.pt", iteration=iteration, epoch_length=5)
    assert is_finished(tmp_path / "last.pt", SETTINGS) is finished
    assert not is_finished(tmp_path / "last.pt", {**SETTINGS, "seed": 2})
    assert not is_finished(tmp_path / "no.pt", SETTINGS)


def test_a_training_that_ended_early_is_finished(tmp_path: Path) -> None:
    trainer = {"iteration": 10, "epoch_length": 5, "max_epochs": 9}
    torch.save({"trainer": trainer, "settings": SETTINGS, "ended": True}, tmp_path / "last.pt")
    assert is_finished(tmp_path / "last.pt", SETTINGS)


def test_an_existing_training_is_not_replaced_unasked(tmp_path: Path) -> None:
    keep(tmp_path / "last.pt", iteration=5, epoch_length=5)
    with pytest.raises(BadInput, match="holds a training; set resume or overwrite to true"):
        open_training(tmp_path / "last.pt", settings=SETTINGS, resume=False, overwrite=False)
    assert (tmp_path / "last.pt").exists()


def test_an_overwritten_training_stays_until_the_new_one_starts(tmp_path: Path) -> None:
    keep(tmp_path / "last.pt", iteration=5, epoch_length=5)
    assert not open_training(tmp_path / "last.pt", settings=SETTINGS, resume=False, overwrite=True).resumed
    assert (tmp_path / "last.pt").exists()


@pytest.mark.parametrize("name", ["model.pt", "curve.csv"])
def test_weights_of_something_else_are_not_replaced_unasked(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(BadInput, match=rf"got .*{name}, which would be replaced"):
        open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False)
    assert not open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=True).resumed
    (tmp_path / "tensorboard").mkdir()  # what a training that was killed in its first epoch leaves
    assert not open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False).resumed


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last.pt").write_bytes(content)
    with pytest.raises(BadInput, match=r"last\.pt must be a checkpoint of a training"):
        open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch.save({"trainer": Path("an object, not a tensor")}, tmp_path / "last.pt")
    with pytest.raises(BadInput, match="must be a checkpoint"):
        open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False)


def test_weights_are_no_checkpoint(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / "last.pt")
    with pytest.raises(BadInput, match="must be a checkpoint"):
        open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False)


def test_a_folder_that_cannot_be_written_to_is_named_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match=r"output_dir must be a folder that can be written to, got \S+file \(File"):
        open_training(tmp_path / "file" / "last.pt", settings=SETTINGS, resume=True, overwrite=False)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"seed": 2}, "seed 1, now 2;"),
        ({"max_epochs": 10}, "max_epochs 9, now 10;"),
        ({"volumes": "7c01", "seed": 2}, "volumes '4b3a', now '7c01'; seed 1, now 2;"),
        ({"crop_size": [48, 48, 40]}, "crop_size None, now [48, 48, 40];"),
        ({"image_keys": ["image", "ct"]}, "image_keys ['image'], now ['image', 'ct'];"),
        ({"dropout": 0.1}, "dropout None, now 0.1;"),
    ],
)
def test_other_settings_than_before_are_refused_in_one_line(tmp_path: Path, changed: dict, named: str) -> None:
    keep(tmp_path / "last.pt", iteration=5, epoch_length=5)
    with pytest.raises(BadInput) as refusal:
        open_training(tmp_path / "last.pt", settings={**SETTINGS, **changed}, resume=True, overwrite=True)
    line = str(refusal.value)
    assert f"last.pt has {named}" in line
    assert line.endswith("choose another output_dir, or begin anew with --resume False --overwrite True")
    assert line.count(", now ") == len(changed)
    assert "\n" not in line
    assert (tmp_path / "last.pt").exists()


def test_a_checkpoint_without_settings_is_refused_as_an_older_one(tmp_path: Path) -> None:
    torch.save({"trainer": {"iteration": 5, "epoch_length": 5, "max_epochs": 9}}, tmp_path / "last.pt")
    with pytest.raises(BadInput, match=r"last\.pt has none; is it from an older version.*--resume False"):
        open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False)


def test_begun_anew_a_training_may_have_other_settings(tmp_path: Path) -> None:
    keep(tmp_path / "last.pt", iteration=5, epoch_length=5)
    settings = {**SETTINGS, "seed": 2}
    assert not open_training(tmp_path / "last.pt", settings=settings, resume=False, overwrite=True).resumed
