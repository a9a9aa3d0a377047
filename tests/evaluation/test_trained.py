"""The networks of a comparison on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.evaluation.trained import read_trained
from tests.results_evidence import trained

CURVE = """\
epoch,volumes,training_loss,validation_loss,validation_imbv_error,seconds
1,30,0.4,0.5,0.1,9
2,60,0.3,0.4,0.1,9
"""


def write(folder: Path, members: object) -> Path:
    (folder / "members.json").write_text(json.dumps(members))
    (folder / "dy_unet").mkdir()
    (folder / "dy_unet" / "curve.csv").write_text(CURVE)
    return folder


def test_a_stage_ends_where_its_epochs_are_over() -> None:
    """Two epochs of 30 volumes each, then two more."""
    assert trained(seed=1).stage_ends == [60.0]


def test_record_and_curve_are_read(tmp_path: Path) -> None:
    record = {**trained(seed=3).record, "stages": {"crops": 1, "volumes": 1}}
    (name, read), *others = read_trained(write(tmp_path, {"dy_unet": record})).items()
    assert not others
    assert (name, read.record["seed"], read.curve.best, read.stage_ends) == ("dy_unet", 3, (60, 0.4), [30.0])


@pytest.mark.parametrize("members", [{}, [], {"dy_unet": {"seed": 1}}, {"dy_unet": None}, "text"])
def test_what_lists_no_trained_networks_is_refused(tmp_path: Path, members: object) -> None:
    with pytest.raises(BadInput, match=r"members\.json must"):
        read_trained(write(tmp_path, members))


def test_a_missing_comparison_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"members\.json must list trained networks"):
        read_trained(tmp_path)
