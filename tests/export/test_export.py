"""Files that appear together, compared with the network, or not at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from custom.errors import BadInput
from custom.export import export, formats
from custom.export.export import Export, check_formats
from custom.networks.dynamic_unet import DynamicUNet
from tests.conftest import REPOSITORY

BUNDLE = REPOSITORY / "bundle"


class Offset(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.tensor(0.5))

    def forward(self, image):
        return image + self.offset


@pytest.fixture
def files(tmp_path):
    weights = tmp_path / "model.pt"
    torch.save(Offset().state_dict(), weights)
    return Export(
        formats=["safetensors"],
        input_shape=[1, 1, 3, 3, 3],
        switches={"image_keys": ["image"]},
        weights=weights,
        shipped_weights=BUNDLE / "models" / "model.pt",
        metadata=json.loads((BUNDLE / "configs" / "metadata.json").read_text()),
        config=BUNDLE / "configs" / "inference.yaml",
        output_dir=tmp_path / "exported",
    )


def test_the_report_holds_checksums_and_differences(files):
    files.write(Offset())
    report = json.loads((files.output_dir / "export.json").read_text())
    written = (files.output_dir / "model.safetensors").read_bytes()
    assert report["files"] == {
        "model.safetensors": {
            "bytes": len(written),
            "sha256": hashlib.sha256(written).hexdigest(),
            "largest_difference": 0.0,
        }
    }
    assert report["weights"]["sha256"] == hashlib.sha256(files.weights.read_bytes()).hexdigest()
    assert report["input_shape"] == [1, 1, 3, 3, 3]


@pytest.mark.parametrize("error", [0.001, float("nan")])
def test_a_file_that_computes_something_else_is_never_there(files, monkeypatch, error):
    off = replace(formats.FORMATS["safetensors"], read=lambda path, network: lambda image: image + 0.5 + error)
    monkeypatch.setitem(export.FORMATS, "safetensors", off)
    with pytest.raises(BadInput, match=r"model\.safetensors must compute what the network does within 0\.0001"):
        files.write(Offset())
    assert not files.output_dir.exists()


def test_files_that_stand_are_refused_before_the_work(files):
    files.write(Offset())
    with pytest.raises(BadInput, match=r"model\.safetensors, export\.json"):
        replace(files)
    replace(files, overwrite=True).write(Offset())


@pytest.mark.parametrize("shape", [[2, 1, 3, 3, 3], [1, 2, 3, 3, 3], [3, 3, 3], 5])
def test_a_batch_of_several_or_other_channels_are_refused(files, shape):
    with pytest.raises(BadInput, match=r"input_shape is \(1, 1, x, y, z\)"):
        replace(files, input_shape=shape)


@pytest.mark.parametrize("voxels", ["many", 0, 2.5])
def test_an_axis_has_whole_voxels(files, voxels):
    with pytest.raises(BadInput, match="input_shape along z must be a whole number from 1"):
        replace(files, input_shape=[1, 1, 3, 3, voxels])


def test_an_image_too_small_for_the_network_is_refused(files):
    network = DynamicUNet(n_filters=2, n_dense_convolutions=1)
    with pytest.raises(BadInput, match=r"input_shape must suit the network, .*at least 31 voxels"):
        files.write(network)
    assert not files.folder.folder.exists()


@pytest.mark.parametrize("names", [["onxx"], [], "onnx", 5])
def test_an_unknown_format_is_refused(names):
    with pytest.raises(BadInput, match=r"some of \[torchscript, onnx, safetensors\], got"):
        check_formats(names)


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setattr(export, "find_spec", lambda name: None if name == "onnxscript" else object())
    check_formats(["torchscript", "safetensors"])
    with pytest.raises(BadInput, match=r"got no onnxscript; .*requirements-optional\.txt") as refusal:
        check_formats(["onnx"])
    assert "\n" not in str(refusal.value)
