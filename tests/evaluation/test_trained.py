"""The networks of a comparison on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.evaluation.trained import method_names, read_trained, seeds_of
from tests.results_evidence import trained

CURVE = """\
epoch,volumes,training_loss,validation_loss,validation_imbv_error,seconds
1,30,0.4,0.5,0.1,9
2,60,0.3,0.4,0.1,9
"""


def write(folder: Path, members: object) -> Path:
    (folder / "members.json").write_text(json.dumps(members))
    for name in {"dy_unet", *(members if isinstance(members, dict) else ())}:
        (folder / name).mkdir()
        (folder / name / "curve.csv").write_text(CURVE)
    return folder


def test_a_stage_ends_where_its_epochs_are_over() -> None:
    """Two epochs of 30 volumes each, then two more."""
    assert trained(seed=1).stage_ends == [60.0]


def test_record_and_curve_are_read(tmp_path: Path) -> None:
    record = {**trained(seed=3).record, "stages": {"crops": 1, "volumes": 1}}
    (name, read), *others = read_trained(write(tmp_path, {"dy_unet": record})).items()
    assert not others
    assert (name, read.record["seed"], read.curve.best, read.stage_ends) == ("dy_unet", 3, (60, 0.4), [30.0])


def test_members_stand_in_the_papers_order_whenever_they_were_trained(tmp_path: Path) -> None:
    names = {"unet_bv_wide": "U-net-BV, 20 filters", "dy_unet_bv_seed-2": "Dy-U-BV", "dc_dy_unet_bv": "DC-Dy-U-BV"}
    names |= {"unet_bv_kernel_scale-0.5": "U-net-BV", "dy_unet_bv": "Dy-U-BV"}
    members = {
        name: {**trained(seed=1).record, "network": name.split("_seed")[0].split("_kernel")[0], "network_name": network}
        for name, network in names.items()
    }
    assert list(read_trained(write(tmp_path, members))) == [
        *("dy_unet_bv", "dc_dy_unet_bv"),
        *("unet_bv_kernel_scale-0.5", "dy_unet_bv_seed-2", "unet_bv_wide"),
    ]


@pytest.mark.parametrize("members", [{}, [], {"dy_unet": {"seed": 1}}, {"dy_unet": None}, "text"])
def test_what_lists_no_trained_networks_is_refused(tmp_path: Path, members: object) -> None:
    with pytest.raises(BadInput, match=r"members\.json must"):
        read_trained(write(tmp_path, members))


def test_a_missing_comparison_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"members\.json must list trained networks"):
        read_trained(tmp_path)


def test_members_are_named_by_their_network_unless_something_sets_them_apart() -> None:
    members = {name: trained(seed=1) for name in ("dy_unet_bv", "dy_unet_bv_kernel_scale-1.0")}
    assert method_names(members) == {
        "dy_unet_bv": "Dy-U-BV",
        "dy_unet_bv_kernel_scale-1.0": "dy_unet_bv_kernel_scale-1.0",
    }


def test_seeds_come_together_and_other_settings_stay_apart() -> None:
    seeds = {"dy_unet_bv": 1, "dy_unet_bv_seed-2": 2, "dy_unet_bv_kernel_scale-1.0": 1, "dy_unet_bv_seed-12": 12}
    assert seeds_of({name: trained(seed=seed) for name, seed in seeds.items()}) == {
        "Dy-U-BV": ["dy_unet_bv", "dy_unet_bv_seed-2", "dy_unet_bv_seed-12"],
        "dy_unet_bv_kernel_scale-1.0": ["dy_unet_bv_kernel_scale-1.0"],
    }
