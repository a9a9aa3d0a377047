"""The members of a comparison: networks that are trained alike but for what their names say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custom.errors import BadInput
from custom.settings import check_whole


@dataclass(frozen=True, kw_only=True)
class Member:
    """One network of a comparison.

    Args:
        name: made of what follows, such as dy_unet_bv_seed-2 or unet_bv_kernel_scale-0.5.
        network: its overlay in configs/networks, without extension.
        seed: of its weights and of the order in which it sees the volumes.
        settings: what else it does not share with the other members, by the name in the config of training.
    """

    name: str
    network: str
    seed: int
    settings: Mapping[str, Any]


def read_members(entries: Sequence[Mapping[str, Any]], seed: int) -> list[Member]:
    """Read the members that a config lists.

    Args:
        entries: of each member `network`, and where they differ from the others' `seed` and further settings.
        seed: of members that name none.

    Raises:
        BadInput: an entry names no network, its seed is none, no folder can have its name, or it stands there twice.
    """
    members = [_member(entry, seed) for entry in entries]
    twice = [name for name, n in Counter(member.name for member in members).items() if n > 1]
    if twice or not members:
        raise BadInput(
            f"members must be networks of which each stands there once, got {', '.join(twice) or 'none'}; "
            "should a seed or a setting differ?"
        )
    return members


def _member(entry: Mapping[str, Any], seed: int) -> Member:
    if not isinstance(entry, Mapping) or "network" not in entry:
        raise BadInput(f"a member names its network, got {entry!r}; such as {{network: unet, seed: 2}}")
    network, own_seed = str(entry["network"]), entry.get("seed", seed)
    check_whole(smallest=0, seed=own_seed)
    settings = {name: value for name, value in entry.items() if name not in ("network", "seed")}
    differing = settings if own_seed == seed else {"seed": own_seed, **settings}
    name = "_".join([network, *(f"{setting}-{value}" for setting, value in differing.items())])
    if not re.fullmatch(r"[\w.-]+", name):
        raise BadInput(f"what sets a member apart are words and numbers, got {name!r}; a list or a path belongs to all")
    return Member(name=name, network=network, seed=own_seed, settings=settings)
