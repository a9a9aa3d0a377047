"""Fixtures for all tests: reference folders, checked shapes, a cache folder of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

REPOSITORY = Path(__file__).resolve().parents[1]
PHYSICS_ROOMS = ("scanner", "projection", "reconstruction", "simulation")

# Two workers share two cores; results also repeat better on one thread each. Programs started by tests inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

# Shells let what they start in the background ignore Ctrl-C, and programs started from there inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def _modules_with_checked_shapes() -> list[str]:
    """Modules of the physics rooms, but those with functions for numba, which cannot compile a checked function."""
    files = [file for room in PHYSICS_ROOMS for file in sorted((REPOSITORY / "custom" / room).glob("*.py"))]
    return [f"custom.{file.parent.name}.{file.stem}" for file in files if "numba" not in file.read_text()]


install_import_hook(_modules_with_checked_shapes(), "beartype.beartype")


def pytest_configure(config: pytest.Config) -> None:
    """Give all workers and all programs that tests start one empty cache folder."""
    if not hasattr(config, "workerinput"):
        config.own_cache_dir = Path(tempfile.mkdtemp(prefix="cardiac-spect-pvc-tests-"))
        os.environ["XDG_CACHE_HOME"] = str(config.own_cache_dir)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "own_cache_dir"):
        shutil.rmtree(config.own_cache_dir, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for an outside folder carries the marker `reference`."""
    for item in items:
        if {"reference_dir", "data_dir"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.reference)


def _outside_folder(variable: str, default: str) -> Path:
    folder = Path(os.environ.get(variable, REPOSITORY / default)).resolve()
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}; set {variable} to where these files lie")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the project."""
    return REPOSITORY


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Answers of other software (PVC_REFERENCE_DIR, else ../shared/reference)."""
    return _outside_folder("PVC_REFERENCE_DIR", "../shared/reference")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Real studies (PVC_DATA_DIR, else ../shared/data)."""
    return _outside_folder("PVC_DATA_DIR", "../shared/data")


RunPython = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def run_python() -> RunPython:
    """Run `python <arguments>` in a folder as a user would, with nothing of the tests on Python's path."""

    def run(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return run
