"""Studies on Dask's workers: the same files as one after the other, whatever fails."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
import torch
from dask.distributed import LocalCluster
from monai.bundle import ConfigWorkflow

from custom.cluster import run_each
from custom.data import correction_run
from custom.errors import find_bad_input
from custom.evaluation.report import StudyReporter
from custom.networks.dynamic_unet import DynamicUNet
from tests.conftest import REPOSITORY
from tests.nm_files import heart, write_nifti

CONFIG = REPOSITORY / "bundle" / "configs" / "inference.yaml"
STUDIES = ("first", "second")


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studies")
    for place, name in enumerate(STUDIES):
        write_nifti(folder / f"{name}.nii.gz", heart(noise=0.1 + 0.1 * place), np.diag([4.0, 4.0, 4.0, 1.0]))
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "model.pt"
    torch.manual_seed(0)
    torch.save(DynamicUNet(n_filters=2).state_dict(), file)
    return file


@pytest.fixture
def correct(studies: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(REPOSITORY)

    def run(output: str, **settings) -> Path:
        workflow = ConfigWorkflow(
            str(CONFIG),
            workflow_type="inference",
            logging_file=False,
            input=str(studies),
            output_dir=str(tmp_path / output),
            weights=str(weights),
            n_filters=2,
            field={"_target_": "custom.scanner.grid.ImageGrid", "shape": "$(32, 32, 32)"},
            **settings,
        )
        workflow.initialize()
        workflow.run()
        return tmp_path / output

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """What was written, reports without what a clock says."""
    files = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    return {
        name: json.dumps({**json.loads(file.read_text()), "date": "", "seconds": 0}).encode()
        if name.endswith(".json")
        else file.read_bytes()
        for name, file in files.items()
    }


def in_this_process(task, items, **settings):
    """Take the way of a worker, everything sent as Dask sends it, without starting one."""
    return run_each(pickle.loads(cloudpickle.dumps(task)), items, **(settings | {"n_workers": 1}))


@pytest.fixture
def no_worker_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction_run, "run_each", in_this_process)


@pytest.mark.usefixtures("no_worker_is_started")
def test_workers_leave_the_same_bytes_as_one_study_after_the_other(correct) -> None:
    serial, workers = contents(correct("serial")), contents(correct("workers", n_workers=2))
    assert len(serial) == 3 * len(STUDIES)
    assert serial.keys() == workers.keys()
    assert [name for name in serial if serial[name] != workers[name]] == []


def test_a_running_scheduler_leaves_them_too(correct) -> None:
    """Its one worker is a process of its own."""
    with LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as running:
        elsewhere = contents(correct("elsewhere", scheduler=running.scheduler_address))
    assert elsewhere == contents(correct("serial"))


@pytest.mark.usefixtures("no_worker_is_started")
def test_a_study_that_fails_is_named_whole_or_not_there_and_the_others_are_corrected(
    correct, tmp_path, capsys, monkeypatch
) -> None:
    """It fails after its volume was written aside; here in one process, where a test can make it fail."""
    write = StudyReporter.write

    def failing(self, engine) -> None:
        if engine.state.batch[0]["study"] == "second":
            raise MemoryError("no room")
        write(self, engine)

    monkeypatch.setattr(StudyReporter, "write", failing)
    with pytest.raises(RuntimeError) as raised:
        correct("some", n_workers=2)
    assert "second.nii.gz: MemoryError: no room" in str(find_bad_input(raised.value))
    told = capsys.readouterr().out
    assert "first: results in" in told
    assert "second: results in" not in told
    assert sorted(entry.name for entry in (tmp_path / "some").iterdir() if entry.name[0] != ".") == ["first"]
