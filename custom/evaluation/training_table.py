"""Table of the trained networks: what each has seen, and whether it still learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custom.evaluation.learning_curves import LearningCurve
from custom.evaluation.page import Table
from custom.evaluation.written_numbers import NOTHING

SECONDS_PER_MINUTE = 60
HEADER = ("network", "seed", "parameters", "volumes", "minutes", "smallest validation loss", "at volumes", "late fall")


def training_table(members: Mapping[str, Mapping[str, Any]], curves: Mapping[str, LearningCurve]) -> Table:
    """Show seed, parameters, budget, time and loss of every member of a comparison.

    Args:
        members: by name, as the run `comparison` notes them in `members.json`: `network_name`, `seed`, `n_parameters`,
            `volumes`, `seconds`, `machine`.
        curves: by name.
    """
    rows = [[name, *_member(member, curves[name])] for name, member in members.items()]
    machines = "; ".join(dict.fromkeys(member["machine"] for member in members.values()))
    caption = (
        "Trained networks. Volumes: seen in training, boxes about the heart included, rotated ones each counted. Late "
        "fall: by how much the last quarter of the volumes lowered the smallest validation loss; what still falls much "
        f"was not trained to its end. Trained on: {machines}."
    )
    return Table(caption, ["member", *HEADER], rows)


def _member(member: Mapping[str, Any], curve: LearningCurve) -> list[str]:
    volumes, loss = curve.best
    return [
        str(member["network_name"]),
        str(member["seed"]),
        f"{member['n_parameters']:,}",
        f"{member['volumes']:,}",
        f"{member['seconds'] / SECONDS_PER_MINUTE:.0f}",
        f"{loss:.4f}",
        f"{volumes:,}",
        NOTHING if curve.late_fall is None else f"{100 * curve.late_fall:.1f} %".replace("-", "−"),
    ]
