from __future__ import annotations

import logging
import os
from functools import partial

import pytest
import torch
from dask.distributed import LocalCluster

from custom import cluster
from custom.cluster import run_each
from custom.errors import BadInput


def note_process(folder, items):
    """Leave files that say which process worked beside what others; the third item is a bad one."""
    for item in items:
        if item != 3:
            (folder / str(item)).write_text(f"{os.getpid()} {len(items)} {torch.get_num_threads()}")
    return {3: "an item must not be 3, got 3"} if 3 in items else {}


def divide(items):
    for item in items:
        if item < 0:
            raise BadInput("an item must not be negative")
        1 / item
    return {}


def processes(folder):
    return {int(path.read_text().split()[0]) for path in folder.iterdir()}


@pytest.mark.parametrize("n_workers", [1, 2])
def test_what_fails_is_named_and_does_not_stop_the_rest(tmp_path, n_workers):
    failures = run_each(partial(note_process, tmp_path), range(1, 6), n_workers=n_workers, progress=False)
    assert failures == {3: "an item must not be 3, got 3"}
    assert {path.name for path in tmp_path.iterdir()} == {"1", "2", "4", "5"}
    assert (processes(tmp_path) == {os.getpid()}) == (n_workers == 1)


def test_a_running_scheduler_does_the_work(tmp_path):
    with LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as running:
        address = running.scheduler_address
        assert run_each(partial(note_process, tmp_path), [1, 2], scheduler=address, progress=False) == {}
    assert len(processes(tmp_path)) == 1
    assert os.getpid() not in processes(tmp_path)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", 8786])
def test_an_address_without_a_scheduler_is_refused(monkeypatch, address):
    monkeypatch.setattr(cluster, "TIMEOUT", "200ms")
    with pytest.raises(BadInput, match=f"address of a running Dask scheduler, got {address}"):
        run_each(divide, [1, 2], scheduler=address, progress=False)


def test_a_scheduler_without_workers_is_refused(monkeypatch):
    monkeypatch.setattr(cluster, "TIMEOUT", "2s")
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as idle:
        address = idle.scheduler_address
        with pytest.raises(BadInput, match="has it a worker"):
            run_each(divide, [1, 2], scheduler=address, progress=False)


@pytest.mark.parametrize("n_workers", [0, -1, 1.5, True, "many"])
def test_a_number_of_workers_that_cannot_be_is_refused(n_workers):
    with pytest.raises(BadInput, match="n_workers must be a whole number from 1"):
        run_each(divide, [1, 2], n_workers=n_workers, progress=False)


def test_an_unforeseen_error_is_shown_whole(caplog):
    with caplog.at_level(logging.ERROR):
        failures = run_each(divide, [1, 0, -1], n_workers=1, progress=False)
    assert failures == {0: "ZeroDivisionError: division by zero", -1: "an item must not be negative"}
    assert caplog.text.count("Traceback") == 1


@pytest.mark.parametrize(
    ("n_items", "together", "n_workers", "in_a_group"), [(5, 8, 1, {5}), (5, 2, 1, {1, 2}), (6, 3, 2, {3})]
)
def test_items_are_dealt_out_in_groups(tmp_path, n_items, together, n_workers, in_a_group):
    items = range(10, 10 + n_items)
    work = partial(note_process, tmp_path)
    assert run_each(work, items, together=together, n_workers=n_workers, progress=False) == {}
    assert {int(path.read_text().split()[1]) for path in tmp_path.iterdir()} == in_a_group


def test_an_error_fails_the_whole_group():
    failures = run_each(divide, [1, 0, 2], together=2, n_workers=1, progress=False)
    assert failures == dict.fromkeys([1, 0], "ZeroDivisionError: division by zero")


def test_a_task_has_one_thread_and_leaves_the_others_their_number(tmp_path):
    n_threads = torch.get_num_threads()
    run_each(partial(note_process, tmp_path), [1], n_workers=1, progress=False)
    assert (tmp_path / "1").read_text().split()[2] == "1"
    assert torch.get_num_threads() == n_threads


def test_nothing_to_do_is_no_failure():
    assert run_each(divide, [], progress=False) == {}


def test_progress_counts_items(capsys):
    run_each(divide, [1, 2, 3], n_workers=1, unit="study")
    assert "3/3" in capsys.readouterr().err
    run_each(divide, [1, 2, 3], n_workers=1, progress=False)
    assert capsys.readouterr().err == ""
