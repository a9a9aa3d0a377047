"""What exported files tell of a network."""

from __future__ import annotations

import json

import pytest

from custom.export.about import about

REPOSITORY_METADATA = {
    "name": "Correction",
    "version": "1.2.3",
    "intended_use": "research",
    "data_source": "simulated",
    "eval_metrics": {"mean_ssim": 0.9},
    "network_data_format": {"inputs": {"image": {"num_channels": 1, "channel_def": {"0": "SPECT"}}}},
}
SWITCHES = {"network_name": "U-net", "image_keys": ["image"], "dynamic": False}


def told(shipped=True, **switches):
    return about(
        metadata=REPOSITORY_METADATA,
        config={"network_name": "another", "device": "cpu"},
        switches=SWITCHES | switches,
        sha256="abc",
        shipped=shipped,
    )


def test_the_config_is_that_of_the_exported_network():
    assert told().config == {"device": "cpu"} | SWITCHES


@pytest.mark.parametrize("shipped", [True, False])
def test_only_the_shipped_weights_are_said_to_reach_what_those_reach(shipped):
    assert ("eval_metrics" in told(shipped).metadata) is shipped
    for part in (told(shipped).summary, told(shipped).metadata):
        assert (part["data_source"] == "simulated") is shipped


def test_a_ct_is_a_second_channel():
    image = told(image_keys=["image", "ct"]).metadata["network_data_format"]["inputs"]["image"]
    assert image["num_channels"] == 2
    assert "CT" in image["channel_def"]["1"]
    assert REPOSITORY_METADATA["network_data_format"]["inputs"]["image"]["num_channels"] == 1


def test_the_summary_names_network_and_weights():
    summary = told().summary
    assert json.loads(summary["network"]) == SWITCHES
    assert summary["weights_sha256"] == "abc"
    assert all(isinstance(value, str) for value in summary.values())
