"""What the Makefile's verbs make of variables; the README's test runs them."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import REPOSITORY
from tests.shown_commands import reader_environment


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Say what a make would run, without running it."""
    return subprocess.run(
        ["make", "--dry-run", *words],
        cwd=REPOSITORY,
        env=reader_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_misspelt_variable_is_named_before_anything_runs() -> None:
    refused = make("inference", "input=study.dcm")
    assert refused.returncode
    assert "got input; is one misspelt?" in refused.stderr
    assert not refused.stdout


@pytest.mark.parametrize("verb", ["inference", "evaluation", "export"])
def test_a_network_comes_with_its_weights_unless_others_are_given(verb: str) -> None:
    assert '--weights "bundle/models/unet.pt"' in make(verb, "NETWORK=unet", "INPUT=study.dcm").stdout
    assert '--weights "mine.pt"' in make(verb, "NETWORK=unet", "INPUT=study.dcm", "WEIGHTS=mine.pt").stdout
    assert "--weights" not in make(verb, "INPUT=study.dcm").stdout


def test_training_begins_anew_unless_weights_are_given() -> None:
    assert "--weights" not in make("training", "NETWORK=unet").stdout
    assert '--weights "mine.pt"' in make("training", "WEIGHTS=mine.pt").stdout


def test_tracking_gets_its_packages() -> None:
    optional = "requirements-optional.txt"
    assert optional in make("training", "--always-make", "OPTIONS=--tracking mlflow").stdout
    assert optional not in make("training", "--always-make").stdout
