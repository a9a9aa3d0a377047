"""The runs that a protocol makes of a member."""

from __future__ import annotations

from pathlib import Path

from custom.training.members import read_members
from tests.training.comparisons import CONFIGS, protocol_of
from tests.virtual_cohort import write_cohort

COHORT = Path("/data/cohort")


def test_each_stage_begins_from_the_best_weights_of_the_one_before(tmp_path: Path) -> None:
    [member] = read_members([{"network": "dy_unet", "seed": 4}], seed=1)
    protocol = protocol_of(COHORT, tmp_path)
    crops, volumes = protocol.trainings(member).values()
    assert crops.verb == volumes.verb == "training"
    assert crops.configs == volumes.configs == (CONFIGS / "train.yaml", CONFIGS / "networks" / "dy_unet.yaml")
    folder = tmp_path / "dy_unet_seed-4"
    shared = {"dataset_dir": "/data/cohort", "batch_size": 2, "seed": 4}
    assert crops.options == {**shared, "max_epochs": 2, "crop_size": [31, 31, 11], "output_dir": str(folder / "crops")}
    assert volumes.options == {
        **shared,
        "max_epochs": 1,
        "weights": str(folder / "crops" / "model.pt"),
        "output_dir": str(folder / "volumes"),
    }


def test_networks_of_one_seed_see_the_same_volumes_under_the_same_settings(tmp_path: Path) -> None:
    protocol = protocol_of(write_cohort(tmp_path / "cohort"), tmp_path / "output")
    first, second = (
        [run.value("settings") for run in protocol.trainings(member).values()]
        for member in read_members([{"network": "unet"}, {"network": "dc_dy_unet_bv"}], seed=1)
    )
    network = {"dynamic", "dense_connection", "imbv_weight", "weights"}
    for one, other in zip(first, second, strict=True):
        assert {name for name in one if one[name] != other[name]} <= network


def test_a_member_corrects_with_its_own_weights_and_the_settings_of_its_network(tmp_path: Path) -> None:
    [member] = read_members([{"network": "unet_ct", "kernel_scale": 0.5, "label_kind": "truth"}], seed=1)
    run = protocol_of(COHORT, tmp_path).correction_of(member, "cohort")
    assert run.verb == "inference"
    assert run.options == {
        "device": "cpu",
        "input": "/data/cohort",
        "output_dir": str(tmp_path / "corrected" / "cohort" / member.name),
        "overwrite": True,
        "weights": str(tmp_path / member.name / "volumes" / "model.pt"),
        "kernel_scale": 0.5,
    }
    assert run.value("image_keys") == ["image", "ct"]
