"""A mark among a network's weights that tells densely connected ones from others of the same names and shapes."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from custom.errors import BadInput

MARK = "dense_connection"  # name among the weights


def mark_weights(network: nn.Module, dense_connection: bool) -> None:
    """Keep a switch of a network among its weights, and let the network refuse weights that say otherwise.

    Args:
        network: whose `load_state_dict` raises `BadInput` from now on where the mark is another one, or missing.
        dense_connection: whether attention sees all preceding layers.
    """
    network.register_buffer(MARK, torch.tensor(dense_connection))
    network.register_load_state_dict_pre_hook(_refuse_others)


def _refuse_others(network: nn.Module, weights: Mapping[str, torch.Tensor], prefix: str, *_: object) -> None:
    expected, got = bool(network.get_buffer(MARK)), weights.get(prefix + MARK)
    if got is None:
        raise BadInput(f"weights say whether they have {MARK}, got some that do not; are they older, or foreign?")
    if bool(got) != expected:
        raise BadInput(
            f"weights of another network: {MARK} must be {expected} among them, got {bool(got)}. "
            f"Set {MARK} or weights accordingly"
        )
