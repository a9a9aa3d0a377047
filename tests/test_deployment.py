"""The commands of bundle/docs/deployment.md: each names configs and settings that are there; others run them."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from custom.training.bundle_run import BundleRun
from tests.shown_commands import commands_in, reader_environment

REPOSITORY = Path(__file__).resolve().parents[1]
COMMANDS = commands_in(REPOSITORY / "bundle" / "docs" / "deployment.md")
OF_MONAI = {"config_file", "tracking"}

# Where what a command does is run, quickly, by some words of it
RUN_BY = {
    "make export": "tests/configs/test_export.py",
    "inference_trt.yaml": "tests/configs/test_export.py",
    "--tracking": "tests/configs/test_tracking.py",
    "torchrun": "tests/configs/test_train.py",
    "make inference": "tests/data/test_correction_run.py",
    "trt_export": "tests/configs/test_export.py",
}


def as_run(command: str) -> list[str]:
    """Split the run that a command starts, `make` asked for its plan, from the verb on."""
    if command.startswith("make "):
        ready = [option for name in ("ready", "ready-with-optional") for option in ("-o", f".venv/{name}")]
        plan = subprocess.run(
            ["make", "-n", *ready, *shlex.split(command)[1:]],
            cwd=REPOSITORY,
            env=reader_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        command = plan.stdout.replace("\\\n", " ")
    words = shlex.split(command)
    return words[words.index("run") + 1 :]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_shown_command_has_its_configs_and_settings_and_is_run_somewhere(command, monkeypatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert [(REPOSITORY / file).is_file() for words, file in RUN_BY.items() if words in command]
    if "trt_export" in command:
        return  # MONAI's own command, on a GPU
    verb, *options = as_run(command)
    settings = {name.removeprefix("--"): value for name, value in zip(options[::2], options[1::2], strict=True)}
    files = [Path(file) for file in settings["config_file"].strip("[]").replace("'", "").split(",")]
    run = BundleRun(verb=verb, configs=tuple(files), options={})
    assert run.declares(verb)
    assert [name for name in settings if name not in OF_MONAI and not run.declares(name)] == []
    if (tracking := settings.get("tracking", "mlflow")) != "mlflow":
        assert Path(tracking).is_file()
