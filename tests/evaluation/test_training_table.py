"""The table of the trained networks."""

from __future__ import annotations

import numpy as np

from custom.evaluation.learning_curves import LearningCurve
from custom.evaluation.training_table import training_table


def test_budget_loss_and_late_fall_are_told() -> None:
    loss = np.array([0.4, 0.3, 0.2, 0.19])
    curve = LearningCurve(
        volumes=np.array([1000.0, 2000, 3000, 4000]),
        training_loss=loss,
        validation_loss=loss,
        validation_imbv_error=loss,
    )
    member = {"network_name": "Dy-U-BV", "seed": 2, "n_parameters": 3846557, "volumes": 4000, "seconds": 5400.0}
    member["machine"] = "an H100"
    table = training_table({"dy_unet_bv-2": member}, {"dy_unet_bv-2": curve})
    assert table.rows == [["dy_unet_bv-2", "Dy-U-BV", "2", "3,846,557", "4,000", "90", "0.1900", "4,000", "5.0 %"]]
    assert str(table.caption).endswith("Trained on: an H100.")
    assert len(table.header) == len(table.rows[0])
