"""Marks among a network's weights that tell apart what has the same names and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import nn

from custom.errors import BadInput


def mark_weights(network: nn.Module, marks: Mapping[str, bool | float]) -> None:
    """Keep switches of a network among its weights, and let the network refuse weights that say otherwise.

    Args:
        network: whose `load_state_dict` raises `BadInput` from now on where a mark is another one, or missing.
        marks: what changes the image but no name or shape of a weight, under the names of the settings.
    """
    for name, value in marks.items():
        network.register_buffer(name, torch.tensor(value))
    network.register_load_state_dict_pre_hook(partial(_refuse_others, names=tuple(marks)))


def _refuse_others(
    network: nn.Module, weights: Mapping[str, torch.Tensor], prefix: str, *_: object, names: tuple[str, ...]
) -> None:
    for name in names:
        expected, got = network.get_buffer(name), weights.get(prefix + name)
        if got is None:
            raise BadInput(f"weights say which {name} they have, got some that do not; are they older, or foreign?")
        if got.item() != expected.item():
            raise BadInput(
                f"weights of another network: {name} must be {expected.item()} among them, got {got.item()}. "
                f"Set {name} or weights accordingly"
            )
