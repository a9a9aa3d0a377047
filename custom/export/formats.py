"""Forms in which a trained network leaves the bundle, each written by its own library and read back to be compared."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from monai.data import save_net_with_metadata
from monai.networks.utils import convert_to_torchscript
from torch import Tensor, nn

Network = Callable[[Tensor], Tensor]
INPUT, OUTPUT = "image", "pred"


@dataclass(frozen=True, kw_only=True)
class About:
    """What a file tells of the network in it.

    Args:
        metadata: in the Model Zoo's form.
        config: of the run `inference` with this network.
        summary: the few lines that also stand in forms without files inside, such as the weights' SHA-256.
    """

    metadata: Mapping[str, Any]
    config: Mapping[str, Any]
    summary: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One form.

    Args:
        file: its name.
        packages: what writing and reading need beside the bundle's own requirements, as Python imports them.
        write: takes the network, an image such as it sees, what to tell of it, and the path.
        read: takes the path and a network whose weights may change, and returns what the file computes.
    """

    file: str
    packages: tuple[str, ...]
    write: Callable[[nn.Module, Tensor, About, Path], None]
    read: Callable[[Path, nn.Module], Network]


def write_torchscript(network: nn.Module, _: Tensor, about: About, path: Path) -> None:
    """Write TorchScript with metadata and config inside, as MONAI's `ckpt_export` does."""
    config = {"inference.json": json.dumps(about.config).encode()}
    save_net_with_metadata(
        convert_to_torchscript(network),
        str(path),
        include_config_vals=False,
        meta_values=about.metadata,
        more_extra_files=config,
    )


def read_torchscript(path: Path, _: nn.Module) -> Network:
    """Open a TorchScript file."""
    return torch.jit.load(path, map_location="cpu")


def write_onnx(network: nn.Module, image: Tensor, about: About, path: Path) -> None:
    """Write ONNX for one volume of the image's shape, without the stack traces that torch adds."""
    import onnx

    program = torch.onnx.export(
        network, (image,), dynamo=True, input_names=[INPUT], output_names=[OUTPUT], verbose=False
    )
    assert program is not None, "only the older exporter returns none"
    model = program.model_proto
    for described in (model, model.graph, *model.graph.node, *model.graph.value_info, *model.functions):
        del described.metadata_props[:]
    onnx.helper.set_model_props(model, dict(about.summary))
    onnx.save(model, path)


def read_onnx(path: Path, _: nn.Module) -> Network:
    """Check an ONNX file and open it in ONNX Runtime, on the CPU."""
    import onnx
    import onnxruntime

    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda image: torch.from_numpy(session.run([OUTPUT], {INPUT: image.numpy()})[0])


def opset(path: Path) -> int:
    """Return the version of ONNX's operators that a file asks for."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    return next(entry.version for entry in model.opset_import if entry.domain == "")


def write_safetensors(network: nn.Module, _: Tensor, about: About, path: Path) -> None:
    """Write the state_dict as safetensors."""
    from safetensors.torch import save

    # As bytes, because a file that safetensors writes itself is for its owner's eyes only.
    path.write_bytes(save(network.state_dict(), metadata={"format": "pt", **about.summary}))


def read_safetensors(path: Path, network: nn.Module) -> Network:
    """Load a safetensors file into a copy of the network, all its tensors and no others."""
    from safetensors.torch import load_file

    loaded = copy.deepcopy(network)
    loaded.load_state_dict(load_file(path), strict=True)
    return loaded


FORMATS = {
    "torchscript": Format(file="model.ts", packages=(), write=write_torchscript, read=read_torchscript),
    "onnx": Format(file="model.onnx", packages=("onnx", "onnxscript", "onnxruntime"), write=write_onnx, read=read_onnx),
    "safetensors": Format(
        file="model.safetensors", packages=("safetensors",), write=write_safetensors, read=read_safetensors
    ),
}
