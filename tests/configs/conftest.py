"""Configs run within the process of the tests, as from the repository."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from monai.bundle import ConfigWorkflow

from custom.errors import find_bad_input

RunConfig = Callable[..., Path]


@pytest.fixture
def run_config(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunConfig:
    """Run a config of the bundle by its name, and return the folder of its results, which is the test's own."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.chdir(repository)

    def run_with(name: str, /, **options: Any) -> Path:
        config = str(repository / "bundle" / "configs" / f"{name}.yaml")
        changes = {"output_dir": str(tmp_path / "results"), **options}
        workflow = ConfigWorkflow(config, logging_file=False, workflow_type=None, **changes)
        workflow.initialize()
        workflow.run()
        return tmp_path / "results"

    return run_with


@pytest.fixture
def refused(run: Callable[..., Path], tmp_path: Path) -> Callable[..., str]:
    """Use a test file's `run` with bad input and return the line that the user reads; nothing may have been written."""

    def run_with(**options: Any) -> str:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(Exception) as caught:  # noqa: PT011  the bundle's parser wraps what happens in others
            run(**options)
        assert sorted(tmp_path.rglob("*")) == before
        error = find_bad_input(caught.value)
        assert error is not None
        assert "\n" not in str(error)
        return str(error)

    return run_with
