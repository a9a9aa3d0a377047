from __future__ import annotations

import logging
import os
from functools import partial

import pytest
from dask.distributed import LocalCluster

from custom import cluster
from custom.cluster import run_each
from custom.errors import BadInput


def note_process(folder, item):
    """Leave a file that says which process worked; the third item is a bad one."""
    if item == 3:
        raise BadInput("an item must not be 3, got 3; count again")
    (folder / str(item)).write_text(str(os.getpid()))


def divide(item):
    return 1 / item


def processes(folder):
    return {int(path.read_text()) for path in folder.iterdir()}


@pytest.mark.parametrize("n_workers", [1, 2])
def test_what_fails_is_named_and_does_not_stop_the_rest(tmp_path, n_workers):
    failures = run_each(partial(note_process, tmp_path), range(1, 6), n_workers=n_workers, progress=False)
    assert failures == {3: "an item must not be 3, got 3; count again"}
    assert {path.name for path in tmp_path.iterdir()} == {"1", "2", "4", "5"}
    assert (processes(tmp_path) == {os.getpid()}) == (n_workers == 1)


def test_a_running_scheduler_does_the_work(tmp_path):
    with LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as running:
        address = running.scheduler_address
        assert run_each(partial(note_process, tmp_path), [1, 2], scheduler=address, progress=False) == {}
    assert len(processes(tmp_path)) == 1
    assert os.getpid() not in processes(tmp_path)


def test_an_address_without_a_scheduler_is_refused(monkeypatch):
    monkeypatch.setattr(cluster, "TIMEOUT", "200ms")
    with pytest.raises(BadInput, match=r"address of a running Dask scheduler, got tcp://127\.0\.0\.1:9"):
        run_each(divide, [1, 2], scheduler="tcp://127.0.0.1:9", progress=False)


@pytest.mark.parametrize("n_workers", [0, -1, 1.5, True, "many"])
def test_a_number_of_workers_that_cannot_be_is_refused(n_workers):
    with pytest.raises(BadInput, match="n_workers must be a whole number from 1"):
        run_each(divide, [1, 2], n_workers=n_workers, progress=False)


def test_an_unforeseen_error_is_shown_whole(caplog):
    with caplog.at_level(logging.ERROR):
        assert run_each(divide, [1, 0], n_workers=1, progress=False) == {0: "ZeroDivisionError: division by zero"}
    assert "Traceback" in caplog.text


def test_nothing_to_do_is_no_failure():
    assert run_each(divide, [], progress=False) == {}


def test_progress_counts_items(capsys):
    run_each(divide, [1, 2, 3], n_workers=1, unit="study")
    assert "3/3" in capsys.readouterr().err
    assert capsys.readouterr().err == ""
