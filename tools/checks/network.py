"""The network: what it takes and gives, its weights, and its TorchScript form."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from monai.bundle import ckpt_export, verify_net_in_out

from custom.errors import BadInput
from custom.networks.weights import load_weights
from tools.checks.unpacked import Unpacked

RELATIVE, ABSOLUTE = 1e-4, 1e-5  # how far TorchScript may lie from the network, which computes in another order


def check_network(bundle: Unpacked) -> str:
    """Hold the network against the channels, shape and kind of numbers that the metadata give."""
    verify_net_in_out(net_id="network_def", device="cpu", **_files(bundle))
    n_parameters = sum(parameter.numel() for parameter in bundle.network.parameters())
    return f"{type(bundle.network).__name__}, {n_parameters:,} parameters, takes and gives what the metadata say"


def check_weights(bundle: Unpacked) -> str:
    """Hold that the weights load without unpickling code, fit the network and are finite."""
    load_weights(bundle.network, bundle.file("models/model.pt"))
    return f"{len(bundle.network.state_dict())} tensors fit the network"


def check_torchscript(bundle: Unpacked) -> str:
    """Hold that the network exports, and that the form in the bundle, or else the exported, computes the same."""
    load_weights(bundle.network, bundle.file("models/model.pt"))
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "model.ts"
        weights = str(bundle.file("models/model.pt"))
        ckpt_export(net_id="network_def", filepath=str(exported), ckpt_file=weights, **_files(bundle))
        given = bundle.root / "models" / "model.ts"
        scripted = torch.jit.load(given if given.is_file() else exported, map_location="cpu").eval()
    volume = torch.rand(_shape(bundle), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected, got = bundle.network(volume), scripted(volume)
    if not torch.allclose(got, expected, rtol=RELATIVE, atol=ABSOLUTE):
        raise BadInput(f"TorchScript computes what the network does, got up to {_difference(got, expected):.2g} apart")
    name = "models/model.ts" if given.is_file() else "exported, none in the bundle"
    return f"{name}: equal to the network to {_difference(got, expected):.2g}"


def _files(bundle: Unpacked) -> dict[str, str]:
    return {
        "meta_file": str(bundle.file("configs/metadata.json")),
        "config_file": str(bundle.config("inference")),
        "bundle_root": str(bundle.root),
    }


def _shape(bundle: Unpacked) -> tuple[int, ...]:
    image = bundle.metadata["network_data_format"]["inputs"]["image"]
    return (1, image["num_channels"], *(size if isinstance(size, int) else 32 for size in image["spatial_shape"]))


def _difference(first: torch.Tensor, second: torch.Tensor) -> float:
    return (first - second).abs().max().item()
