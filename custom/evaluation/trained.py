"""The networks of a comparison, as their training left them on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from custom.errors import BadInput
from custom.evaluation.learning_curves import LearningCurve, read_learning_curve
from custom.evaluation.methods import place_of_network

RECORDED = ("network", "network_name", "seed", "settings", "sha256", "n_parameters", "volumes", "seconds", "stages")


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained network.

    Args:
        record: as the run `comparison` notes it in `members.json`, see `RECORDED`: among it the `settings` of its last
            stage, the epochs of every stage under `stages`, and the checksum of its weights.
        curve: its learning curve.
    """

    record: Mapping[str, Any]
    curve: LearningCurve

    @property
    def stage_ends(self) -> list[float]:
        """Volumes seen where a stage ended and the next began."""
        epochs = list(accumulate(self.record["stages"].values()))
        return [float(self.curve.volumes[epoch - 1]) for epoch in epochs[:-1]]


def read_trained(comparison_dir: Path) -> dict[str, Trained]:
    """Read all members of a comparison, by name: the paper's networks in its order, then further members of each.

    Args:
        comparison_dir: folder that the run `comparison` wrote, with members.json and <member>/curve.csv.

    Raises:
        BadInput: a file that is missing or cannot be read, or a record without what the page shows.
    """
    path = comparison_dir / "members.json"
    try:
        members = json.loads(path.read_text(encoding="utf-8"))
        missing = {name: [key for key in RECORDED if key not in record] for name, record in members.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise BadInput(f"{path} must list trained networks ({error}); run `comparison` first") from error
    if not members or any(missing.values()):
        raise BadInput(
            f"{path} must tell {', '.join(RECORDED)} of every network, lacks {missing}; did another version write it?"
        )
    trained = {
        name: Trained(record=record, curve=read_learning_curve(comparison_dir / name / "curve.csv"))
        for name, record in members.items()
    }
    methods = method_names(trained)
    networks = {name: place_of_network(str(record["network_name"])) for name, record in members.items()}
    order = sorted(members, key=lambda name: (place_of_network(methods[name]), networks[name], name))
    return {name: trained[name] for name in order}


def method_names(trained: Mapping[str, Trained]) -> dict[str, str]:
    """Name the method of every member: as its network, or as the member where a seed or a setting sets it apart."""
    return {
        name: str(one.record["network_name"]) if name == one.record["network"] else name
        for name, one in trained.items()
    }


def seeds_of(trained: Mapping[str, Trained]) -> dict[str, list[str]]:
    """Bring members together that differ in their seed only: their names, by the name of their method."""
    methods = method_names(trained)
    seeds: dict[str, list[str]] = {}
    for name, one in trained.items():
        without_seed = name.replace(f"_seed-{one.record['seed']}", "")
        seeds.setdefault(methods.get(without_seed, without_seed), []).append(name)
    return seeds
