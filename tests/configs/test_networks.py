"""The overlays in configs/networks: the paper's eight networks and a wide one, for training and for inference."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from monai.bundle import ConfigParser

from custom.losses import PartialVolumeLoss
from custom.networks.dynamic_unet import DynamicUNet
from custom.networks.weights import load_weights

CONFIGS = Path(__file__).resolve().parents[2] / "bundle" / "configs"
TRAIN, INFERENCE = CONFIGS / "train.yaml", CONFIGS / "inference.yaml"
# by file: name, dynamic, dense connection, channels, IMBV's weight in the loss, parameters
NETWORKS = {
    "unet": ("U-net", False, False, ["image"], 0, 675_601),
    "unet_bv": ("U-net-BV", False, False, ["image"], 0.1, 675_601),
    "unet_ct": ("U-net-CT", False, False, ["image", "ct"], 0, 677_905),
    "dy_unet": ("Dy-U", True, False, ["image"], 0, 1_084_557),
    "dy_unet_bv": ("Dy-U-BV", True, False, ["image"], 0.1, 1_084_557),
    "dy_unet_ct": ("Dy-U-CT", True, False, ["image", "ct"], 0, 1_088_105),
    "dy_unet_ct_bv": ("Dy-U-CT-BV", True, False, ["image", "ct"], 0.1, 1_088_105),
    "dc_dy_unet_bv": ("DC-Dy-U-BV", True, True, ["image"], 0.1, 1_084_557),
    "unet_bv_wide": ("U-net-BV, 20 filters", False, False, ["image"], 0.1, 1_054_741),
}
EACH = pytest.mark.parametrize("file", NETWORKS)


def merged(*files: Path) -> ConfigParser:
    parser = ConfigParser()
    parser.read_config([str(file) for file in files])
    return parser


def overlay(file: str) -> Path:
    return CONFIGS / "networks" / f"{file}.yaml"


def test_there_are_the_papers_eight_and_a_control():
    assert {path.stem for path in overlay("").parent.glob("*.yaml")} == set(NETWORKS)


@EACH
def test_an_overlay_changes_what_train_declares(file):
    declared, changed = (yaml.safe_load(path.read_text()) for path in (TRAIN, overlay(file)))
    width = ["n_filters"] if "wide" in file else []
    assert list(changed) == ["network_name", "image_keys", "dynamic", "dense_connection", *width, "imbv_weight"]
    assert set(changed) <= set(declared)


@EACH
@pytest.mark.parametrize("config", [TRAIN, INFERENCE], ids=["train", "inference"])
def test_a_config_with_an_overlay_builds_the_named_network(file, config):
    name, dynamic, dense_connection, image_keys, _, n_parameters = NETWORKS[file]
    parser = merged(config, overlay(file))
    network = parser.get_parsed_content("network_def")
    assert isinstance(network, DynamicUNet)
    layers = [layer for block in (*network.down, *network.up) for layer in (block.resize, *block.dense.convolutions)]
    assert len(layers) == 32
    assert {layer.attention is not None for layer in layers} == {dynamic}
    assert {layer.dense_connection for layer in layers} == {dense_connection}
    assert network.down[0].resize.weight.shape[1] == len(image_keys)
    assert sum(parameter.numel() for parameter in network.parameters()) == n_parameters
    assert parser.get_parsed_content("network_name") == name
    assert parser.get_parsed_content("image_keys") == image_keys


def test_the_wide_network_has_the_number_of_parameters_nearest_to_the_dynamic_one_s():
    def n_parameters(n_filters: int) -> int:
        network = DynamicUNet(n_filters=n_filters, dynamic=False, dense_connection=False)
        return sum(parameter.numel() for parameter in network.parameters())

    wanted, width = NETWORKS["dy_unet_bv"][5], merged(overlay("unet_bv_wide"))["n_filters"]
    assert min(range(width - 1, width + 2), key=lambda n: abs(n_parameters(n) - wanted)) == width
    assert n_parameters(width) == pytest.approx(wanted, rel=0.03)


@EACH
def test_networks_named_bv_are_trained_with_imbv(file):
    loss = merged(TRAIN, overlay(file)).get_parsed_content("loss")
    assert isinstance(loss, PartialVolumeLoss)
    assert loss.weights == {"mae": 1, "ssim": 0.8, "sobel": 0.1, "imbv": NETWORKS[file][4]}


@EACH
def test_training_s_weights_fit_inference_s_network(file):
    trained, used = (merged(config, overlay(file)).get_parsed_content("network_def") for config in (TRAIN, INFERENCE))
    used.load_state_dict(trained.state_dict())
    volume = torch.rand(1, len(NETWORKS[file][3]), 31, 31, 2)
    torch.testing.assert_close(used(volume), trained(volume), rtol=0, atol=0)


@pytest.mark.parametrize("config", [TRAIN, INFERENCE], ids=["train", "inference"])
def test_dc_dy_u_bv_is_what_a_config_holds_without_overlay(config):
    alone, overlaid = merged(config), merged(config, overlay("dc_dy_unet_bv"))
    for key in ("network_name", "image_keys", "dynamic", "dense_connection"):
        assert alone.get(key) == overlaid.get(key)


@EACH
def test_the_paper_s_networks_come_with_weights(file):
    if "wide" in file:
        pytest.skip("a control of the comparison")
    weights = CONFIGS.parent / "models" / ("model.pt" if file == "dc_dy_unet_bv" else f"{file}.pt")
    load_weights(merged(INFERENCE, overlay(file)).get_parsed_content("network_def"), weights)
