"""What is noted of a trained member."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch

from custom.machine import describe_machine
from custom.networks.dynamic_unet import DynamicUNet
from custom.training.curve import CurvePoint, read_curve
from custom.training.member_record import curve_record, joined, note_member, weights_record
from custom.training.members import read_members
from tests.training.comparisons import leave_training, protocol_of
from tests.virtual_cohort import write_cohort


def curve(*losses: float | None) -> list[CurvePoint]:
    """Epochs of ten volumes and two seconds, with their validation losses."""
    return [
        CurvePoint(
            epoch=epoch, volumes=10 * epoch, training_loss=1, validation_loss=loss, validation_imbv_error=0, seconds=2
        )
        for epoch, loss in enumerate(losses, start=1)
    ]


def test_epochs_and_volumes_of_later_stages_are_counted_on() -> None:
    whole = joined([curve(5, 4), curve(3), curve(2, 1)])
    assert [point.epoch for point in whole] == [1, 2, 3, 4, 5]
    assert [point.volumes for point in whole] == [10, 20, 30, 40, 50]
    assert [point.validation_loss for point in whole] == [5, 4, 3, 2, 1]


def test_the_best_epoch_is_that_of_the_weights_that_are_used() -> None:
    """A smaller loss before the last stage is of weights that are not."""
    assert curve_record({"crops": curve(3, 0.5), "volumes": curve(None, 1, 2, 1)}) == {
        "stages": {"crops": 2, "volumes": 4},
        "epochs": 6,
        "volumes": 60,
        "seconds": 12,
        "best_epoch": 4,
        "best_validation_loss": 1,
    }


def test_marks_are_not_counted_among_the_parameters(tmp_path: Path) -> None:
    network = DynamicUNet(n_filters=2, n_dense_convolutions=1)
    torch.save(network.state_dict(), tmp_path / "model.pt")
    record = weights_record(tmp_path / "model.pt")
    assert record["n_parameters"] == sum(parameter.numel() for parameter in network.parameters())
    assert record["sha256"] == hashlib.sha256((tmp_path / "model.pt").read_bytes()).hexdigest()


def test_a_members_place_in_the_list_says_what_led_to_its_weights(tmp_path: Path) -> None:
    protocol = protocol_of(write_cohort(tmp_path / "cohort"), tmp_path)
    members = read_members([{"network": "unet"}, {"network": "dy_unet", "seed": 2, "kernel_scale": 1.0}], seed=1)
    for member in members:
        for stage, run in protocol.trainings(member).items():
            leave_training(protocol.folder(member.name, stage), run.value("settings"))
        note_member(protocol, member)
    records = json.loads((tmp_path / "members.json").read_text())
    assert list(records) == ["unet", "dy_unet_seed-2_kernel_scale-1.0"]
    record = records["dy_unet_seed-2_kernel_scale-1.0"]
    assert (record["network"], record["network_name"], record["seed"]) == ("dy_unet", "Dy-U", 2)
    assert record["settings"]["dynamic"] is True
    assert record["machine"] == describe_machine()
    assert record["settings"]["kernel_scale"] == 1
    assert record["n_parameters"] == 20
    assert record["stages"] == {"crops": 2, "volumes": 1}
    assert (record["epochs"], record["volumes"], record["seconds"]) == (3, 18, 4.5)
    assert (record["best_epoch"], record["best_validation_loss"]) == (3, 0.5)
    losses = [point.validation_loss for point in read_curve(tmp_path / "unet" / "curve.csv")]
    assert losses == pytest.approx([0.5, 0.25, 0.5])
