"""Forms of a network, as the libraries that own them read them."""

from __future__ import annotations

import onnx
import pytest
import torch
from torch import Tensor, nn

from custom.export.formats import FORMATS, About, opset
from custom.networks.dense_block import DenseBlock
from custom.networks.dynamic_convolution import DynamicConvolution

ABOUT = About(metadata={"name": "test"}, config={"network_def": {}}, summary={"weights_sha256": "abc"})
SHAPE = (1, 1, 6, 6, 5)


class UpAndDown(nn.Module):
    """Dynamic kernels of both kinds, densely connected."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = DenseBlock(1, 2, 1)
        self.up = DynamicConvolution(2, 1, (3, 3, 1), stride=(2, 2, 1), transposed=True)

    def forward(self, image: Tensor) -> Tensor:
        features, previous = self.dense(image)
        return self.up(features, previous)[0]


@pytest.fixture(scope="module")
def network() -> nn.Module:
    torch.manual_seed(0)
    return UpAndDown().eval()


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_computes_what_the_network_computes_for_each_volume(name, network, tmp_path):
    """Kernels adapt to the volume: a file that froze those of the first would err on a second, ten times as bright."""
    form, path = FORMATS[name], tmp_path / FORMATS[name].file
    first, second = torch.rand(SHAPE), 10 * torch.rand(SHAPE)
    form.write(network, first, ABOUT, path)
    read = form.read(path, network)
    for image in (first, second):
        with torch.no_grad():
            torch.testing.assert_close(read(image), network(image), rtol=1e-5, atol=1e-6)
    assert path.stat().st_mode & 0o044, "others may read it"

    if name == "onnx":
        check_onnx(path)


def check_onnx(path):
    """It names its ends, and no folder of the machine that made it."""
    model = onnx.load(path)
    assert [entry.name for entry in (*model.graph.input, *model.graph.output)] == ["image", "pred"]
    shape = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim]
    assert shape == list(SHAPE)
    assert {entry.key: entry.value for entry in model.metadata_props} == ABOUT.summary
    assert opset(path) >= 18
    assert b".py" not in path.read_bytes()
