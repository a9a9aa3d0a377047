from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from custom.leftovers import ABANDONED_AFTER_S, remove_leftovers


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


@pytest.fixture
def leftover(tmp_path):
    folder = tmp_path / "a.partial" / "new"
    folder.mkdir(parents=True)
    (folder / "value").write_text("half")
    return folder.parent


def grow_old(folder):
    for path in (*folder.rglob("*"), folder):
        age(path, ABANDONED_AFTER_S + 60)


def test_what_nobody_wrote_to_for_a_day_goes(tmp_path, leftover):
    grow_old(leftover)
    (tmp_path / "kept").mkdir()
    remove_leftovers(tmp_path, "*.partial")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_is_being_written_stays(tmp_path, leftover):
    grow_old(leftover)
    age(leftover / "new" / "value", 60)
    remove_leftovers(tmp_path, "*.partial")
    assert (leftover / "new" / "value").exists()


def test_what_vanishes_while_one_looks_is_no_problem(tmp_path, leftover, monkeypatch):
    def vanished(*_args, **_options):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "rglob", vanished)
    remove_leftovers(tmp_path, "*.partial")
    assert leftover.exists()
