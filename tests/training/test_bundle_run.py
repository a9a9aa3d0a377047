"""Runs of the bundle, here of a tiny config, in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.training.bundle_run import BundleRun

CONFIG = """
imports: ["$import math", "$import sys"]
size: [1, 2]
total: "$sum(@size)"
root: "$math.sqrt(@total)"
word: null
network: {_target_: no.such.Class}
run: ["$print(@size, @word)", "$sys.exit(@total - 3)"]
sizing: "@run"
"""
OVERLAY = "word: overlaid\n"


@pytest.fixture
def configs(tmp_path: Path) -> tuple[Path, ...]:
    for name, content in (("tiny.yaml", CONFIG), ("overlay.yaml", OVERLAY)):
        (tmp_path / name).write_text(content)
    return tmp_path / "tiny.yaml", tmp_path / "overlay.yaml"


def test_a_value_is_what_the_options_make_of_it(configs: tuple[Path, ...]) -> None:
    assert BundleRun(verb="sizing", configs=configs, options={}).value("root") == 3**0.5
    run = BundleRun(verb="sizing", configs=configs, options={"size": [7, 9]})
    assert run.value("root") == 4
    assert run.value("word") == "overlaid"


def test_an_option_that_no_config_declares_is_named(configs: tuple[Path, ...]) -> None:
    run = BundleRun(verb="sizing", configs=configs, options={"size": [1], "flavour": "x"})
    assert run.declares("size")
    assert not run.declares("flavour")
    with pytest.raises(BadInput, match=r"tiny\.yaml declares no flavour; is a setting misspelt"):
        run.value("root")


def test_a_config_that_is_not_there_is_named(configs: tuple[Path, ...], tmp_path: Path) -> None:
    run = BundleRun(verb="sizing", configs=(configs[0], tmp_path / "unett.yaml"), options={})
    with pytest.raises(BadInput, match=r"no file .*unett\.yaml; is the name of a network misspelt"):
        run.value("root")


def test_what_a_run_prints_is_kept_and_its_failure_told_with_its_last_words(
    configs: tuple[Path, ...], tmp_path: Path
) -> None:
    log = tmp_path / "results" / "log.txt"
    BundleRun(verb="sizing", configs=configs, options={"word": "a b", "size": [1, 2]}).start(log)
    assert "[1, 2] a b" in log.read_text()
    failing = BundleRun(verb="sizing", configs=configs, options={"size": [3, 4], "word": "\nerror: too large\n"})
    with pytest.raises(BadInput, match=r"sizing ended with status 4: too large \(all of it in .*log\.txt\)"):
        failing.start(log)
    assert "[1, 2] a b" in log.read_text()
