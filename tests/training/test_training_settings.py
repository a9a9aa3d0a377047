"""Settings of a training that cannot be."""

from __future__ import annotations

import math

import pytest

from custom.errors import BadInput
from custom.training.training_settings import check_training_settings

GOOD = {
    "max_epochs": 3,
    "batch_size": 6,
    "val_interval": 1,
    "patience": None,
    "step_degrees": 30,
    "seed": 0,
    "learning_rate": 1e-3,
    "final_learning_rate": 1e-5,
    "clip_norm": None,
    "crop_size": [48, 48, 40],
    "mae_weight": 1,
    "ssim_weight": 0.8,
    "sobel_weight": 0.1,
    "imbv_weight": 0.0,
}


def test_possible_settings_pass() -> None:
    check_training_settings(GOOD)
    check_training_settings({"crop_size": None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("max_epochs", value) for value in (0, 1.5, "x", -1)),
        *(("batch_size", value) for value in (0, 1.5, True)),
        *(("learning_rate", value) for value in (-1, "abc", math.nan, math.inf)),
        *(("seed", value) for value in (-1, "x", 0.5)),
        *(("step_degrees", value) for value in (7, 0, "x")),
        *(("crop_size", value) for value in (99, [48, 48], "48", [48, 48, 0], [48, 48, "x"])),
        *(("imbv_weight", value) for value in (-0.1, "x", math.nan, math.inf)),
        ("val_interval", 0),
        ("val_interval", 4),
        ("patience", 0),
        ("clip_norm", 0),
    ],
)
def test_an_impossible_setting_is_named(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=name):
        check_training_settings({**GOOD, name: value})
