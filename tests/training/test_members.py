"""What a config says of the members of a comparison, and how they are called."""

from __future__ import annotations

import pytest

from custom.errors import BadInput
from custom.training.members import read_members


@pytest.mark.parametrize(
    ("entry", "name", "seed", "settings"),
    [
        ({"network": "unet"}, "unet", 1, {}),
        ({"network": "unet", "seed": 1}, "unet", 1, {}),
        ({"network": "dy_unet_bv", "seed": 2}, "dy_unet_bv_seed-2", 2, {}),
        ({"network": "unet_bv", "kernel_scale": 0.5}, "unet_bv_kernel_scale-0.5", 1, {"kernel_scale": 0.5}),
        (
            {"network": "unet", "label_kind": "truth", "seed": 0},
            "unet_seed-0_label_kind-truth",
            0,
            {"label_kind": "truth"},
        ),
    ],
)
def test_a_member_is_called_after_what_sets_it_apart(entry: dict, name: str, seed: int, settings: dict) -> None:
    [member] = read_members([entry], seed=1)
    assert (member.name, member.network, member.seed) == (name, entry["network"], seed)
    assert member.settings == settings


def test_members_stand_in_the_order_of_the_config() -> None:
    entries = [{"network": "dy_unet"}, {"network": "unet", "seed": 3}, {"network": "unet"}]
    assert [member.name for member in read_members(entries, seed=1)] == ["dy_unet", "unet_seed-3", "unet"]


def test_a_member_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="each stands there once, got unet; should a seed"):
        read_members([{"network": "unet"}, {"network": "dy_unet"}, {"network": "unet", "seed": 1}], seed=1)


def test_a_comparison_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="got none"):
        read_members([], seed=1)


@pytest.mark.parametrize("entry", ["unet", {"seed": 2}, ["unet"]])
def test_an_entry_without_network_is_refused(entry: object) -> None:
    with pytest.raises(BadInput, match="a member names its network, got"):
        read_members([entry], seed=1)


def test_a_seed_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="seed must be a whole number from 0, got 'two'"):
        read_members([{"network": "unet", "seed": "two"}], seed=1)


@pytest.mark.parametrize("setting", [{"crop_size": [48, 48, 40]}, {"weights": "/data/model.pt"}])
def test_a_setting_that_no_folder_can_be_called_after_is_refused(setting: dict) -> None:
    with pytest.raises(BadInput, match="words and numbers"):
        read_members([{"network": "unet", **setting}], seed=1)
