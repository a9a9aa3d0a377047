"""Trained weights on their way from a file into a network."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from custom.errors import BadInput


def load_weights(network: nn.Module, path: str | Path, device: str | torch.device = "cpu") -> nn.Module:
    """Return the network on a device with the weights of a file, a plain state_dict.

    Raises:
        BadInput: no file, no state_dict, weights of another network, or no such device.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInput(
            f"the network needs trained weights, got no file {path}; `make training` writes some, set weights to them"
        )
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except (EOFError, OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise BadInput(
            f"weights are a state_dict saved by torch.save, got {path}, which cannot be read as one; "
            "is it cut short, or another kind of file?"
        ) from error
    _check_fit(network, weights, path)
    fitting = {name: weights[name].to(kept.dtype) for name, kept in network.state_dict().items()}
    _check_finite(fitting, path)
    try:
        network.load_state_dict(fitting, assign=True)
    except BadInput as error:
        raise BadInput(f"{path} does not fit the network: {error}") from error
    return _on(network, device)


def without_weights(network: nn.Module) -> nn.Module:
    """Return a network that only `load_weights` can fill again: light to send to where its file lies."""
    on_no_device = {id(parameter): nn.Parameter(parameter.to("meta")) for parameter in network.parameters()}
    return copy.deepcopy(network, on_no_device)


def _check_fit(network: nn.Module, weights: object, path: Path) -> None:
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    if not isinstance(weights, dict) or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        raise BadInput(f"weights are a plain state_dict, got a {type(weights).__name__} with other content in {path}")
    got = {name: tuple(value.shape) for name, value in weights.items()}
    if got != expected:
        names = {**expected, **got}
        differing = [name for name in names if got.get(name) != expected.get(name)]
        raise BadInput(
            f"weights fit the network, got {path} that differs in {len(differing)} of {len(names)} tensors "
            f"(first {differing[0]}); are they of another network, or older? Set image_keys, n_filters, "
            "dynamic, dense_connection or weights accordingly"
        )
    kept = network.state_dict()
    other = [name for name, value in weights.items() if not _is_like(value, kept[name])]
    if other:
        raise BadInput(
            f"weights are dense floating-point numbers, got {weights[other[0]].dtype} ({weights[other[0]].layout}, "
            f"{weights[other[0]].device}) for {other[0]} in {path}; were they made smaller for another program?"
        )


def _is_like(value: torch.Tensor, kept: torch.Tensor) -> bool:
    """Tell whether a tensor of a file can stand for one of the network."""
    plain = value.layout == torch.strided and not value.is_meta
    return plain and value.is_floating_point() == kept.is_floating_point() and not value.is_complex()


def _check_finite(weights: Mapping[str, torch.Tensor], path: Path) -> None:
    n_bad = sum(not bool(torch.isfinite(value).all()) for value in weights.values())
    if n_bad:
        raise BadInput(
            f"weights are finite in the network's precision, got NaN or infinity in {n_bad} tensors of {path}; "
            "did training diverge?"
        )


def _on(network: nn.Module, device: str | torch.device) -> nn.Module:
    try:
        return network.to(device)
    except (AssertionError, RuntimeError) as error:
        raise BadInput(f"the device must be there, got {device}; try --device cpu") from error
