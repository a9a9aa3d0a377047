"""The file from which training continues."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from ignite.engine import Engine, Events

from custom.errors import BadInput
from custom.networks.dynamic_unet import DynamicUNet
from custom.training.checkpoints import LastCheckpoint, write_whole
from custom.training.progress import Progress, is_finished, open_training
from tests.training.engines import Line, batches, trainer_of

SETTINGS = {"seed": 1, "learning_rate": 1e-3, "crop_size": [48, 48, 40], "weights": None, "dynamic": True}


def train(folder: Path, n_epochs: int, progress: Progress = Progress(), labels=(1.0, 3.0)) -> Line:  # noqa: B008
    network = Line()
    checkpoint = LastCheckpoint(folder / "last.pt", {"network": network}, progress, SETTINGS)
    trainer_of(network, batches(*labels), [checkpoint], max_epochs=n_epochs).run()
    return network


def test_two_halves_make_the_whole(tmp_path: Path) -> None:
    for folder in ("whole", "halves"):
        (tmp_path / folder).mkdir()
    whole = train(tmp_path / "whole", 4)
    train(tmp_path / "halves", 2)
    continued = train(tmp_path / "halves", 4, Progress(epoch=2, iteration=4))
    assert whole.weight.item() != 0
    assert torch.equal(continued.weight, whole.weight)
    first, second = (torch.load(tmp_path / f / "last.pt", weights_only=True) for f in ("whole", "halves"))
    assert first["trainer"] == second["trainer"] == {"epoch_length": 2, "iteration": 8, "max_epochs": 4}


def test_a_finished_training_stays_as_it_is(tmp_path: Path) -> None:
    finished = train(tmp_path, 2)
    again = train(tmp_path, 2, Progress(epoch=2, iteration=4))
    assert torch.equal(again.weight, finished.weight)


def test_a_training_that_ended_early_stays_as_it_is(tmp_path: Path) -> None:
    network = Line()
    checkpoint = LastCheckpoint(tmp_path / "last.pt", {"network": network}, Progress(), SETTINGS)
    trainer = trainer_of(network, batches(1.0, 3.0), [checkpoint], max_epochs=9)
    end = Events.EPOCH_COMPLETED(once=2)
    trainer.add_event_handler(end, trainer.terminate)  # behind the checkpoint of epoch 2
    trainer.run()
    assert not is_finished(tmp_path / "last.pt", SETTINGS)

    trainer = trainer_of(network, batches(1.0, 3.0), [], max_epochs=9)
    trainer.add_event_handler(end, trainer.terminate)
    LastCheckpoint(tmp_path / "last.pt", {"network": network}, Progress(), SETTINGS).attach(trainer)
    trainer.run()
    assert is_finished(tmp_path / "last.pt", SETTINGS)
    progress = open_training(tmp_path / "last.pt", settings=SETTINGS, resume=True, overwrite=False)
    assert train(tmp_path, 9, progress).weight.item() == network.weight.item()


def test_an_earlier_file_goes_when_a_training_starts_anew(tmp_path: Path) -> None:
    """Or, killed in its first epoch, it would be continued from the one that it replaces."""
    (tmp_path / "last.pt").write_bytes(b"earlier")
    checkpoint = LastCheckpoint(tmp_path / "last.pt", {"network": Line()}, Progress(), SETTINGS)
    seen, trainer = [], Engine(lambda *_: seen.append((tmp_path / "last.pt").exists()))
    checkpoint.attach(trainer)
    assert (tmp_path / "last.pt").exists()
    trainer.run([0], max_epochs=1)
    assert seen == [False]


def test_one_process_of_several_writes(tmp_path: Path) -> None:
    network = Line()
    checkpoint = LastCheckpoint(tmp_path / "last.pt", {"network": network}, Progress(), SETTINGS, writes=False)
    trainer_of(network, batches(1.0), [checkpoint]).run()
    assert list(tmp_path.iterdir()) == []


def test_a_shorter_training_than_before_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 3)
    with pytest.raises(BadInput, match="for more epochs"):
        train(tmp_path, 2, Progress(epoch=3, iteration=6))


def test_other_data_than_before_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 1)
    with pytest.raises(BadInput, match="has 2 steps an epoch, now there are 3"):
        train(tmp_path, 2, Progress(epoch=1, iteration=2), labels=(1.0, 2.0, 3.0))


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 1)
    network = torch.nn.Linear(1, 1)
    progress = Progress(epoch=1, iteration=2)
    checkpoint = LastCheckpoint(tmp_path / "last.pt", {"network": network}, progress, SETTINGS)
    with pytest.raises(BadInput, match="was it made with another network") as caught:
        trainer_of(network, batches(1.0, 3.0), [checkpoint], max_epochs=2).run()
    assert len(str(caught.value)) < 500


def test_a_checkpoint_of_another_connection_is_refused(tmp_path: Path) -> None:
    trained, used = (DynamicUNet(n_filters=2, n_dense_convolutions=1, dense_connection=on) for on in (False, True))
    state = {"network": trained.state_dict(), "trainer": {"epoch_length": 2, "iteration": 2, "max_epochs": 2}}
    write_whole(state, tmp_path / "last.pt")
    progress = Progress(epoch=1, iteration=2)
    checkpoint = LastCheckpoint(tmp_path / "last.pt", {"network": used}, progress, SETTINGS)
    with pytest.raises(BadInput, match=r"last\.pt must fit the network.*dense_connection"):
        trainer_of(used, batches(1.0, 3.0), [checkpoint], max_epochs=2).run()


def test_a_checkpoint_keeps_the_settings_that_a_continued_training_must_have(tmp_path: Path) -> None:
    train(tmp_path, 1)
    options = {"resume": True, "overwrite": False}
    assert open_training(tmp_path / "last.pt", settings=SETTINGS, **options).epoch == 1
    with pytest.raises(BadInput, match="seed 1, now 2"):
        open_training(tmp_path / "last.pt", settings={**SETTINGS, "seed": 2}, **options)


def test_two_runs_in_one_folder_do_not_remove_each_other_s_unfinished_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, save = tmp_path / "last.pt", torch.save

    def while_another_run_writes(state: dict, partial: Path) -> None:
        save(state, partial)
        monkeypatch.setattr(torch, "save", save)
        write_whole({"run": "another"}, path)

    monkeypatch.setattr(torch, "save", while_another_run_writes)
    write_whole({"run": "first"}, path)
    assert torch.load(path, weights_only=True) == {"run": "first"}
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_what_is_written_as_any_file_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    write_whole({"epoch": 1}, tmp_path / "last.pt")
    assert (tmp_path / "last.pt").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_write_that_fails_leaves_the_file_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.pt"
    write_whole({"epoch": 1}, path)

    def disk_full(state: dict, partial: Path) -> None:
        partial.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", disk_full)
    with pytest.raises(BadInput, match="No space left"):
        write_whole({"epoch": 2}, path)
    assert torch.load(path, weights_only=True) == {"epoch": 1}
    assert list(tmp_path.iterdir()) == [path]
