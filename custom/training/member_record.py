"""What is noted of a member of a comparison: how it was trained, and what it came to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import torch

from custom.digest import sha256
from custom.errors import BadInput
from custom.machine import describe_machine
from custom.training.checkpoints import whole_file
from custom.training.curve import CurvePoint, read_curve, write_curve
from custom.training.members import Member
from custom.training.protocol import Protocol

MEMBERS = "members.json"


def noted_members(protocol: Protocol) -> dict[str, Any]:
    """Return what is noted of members so far, by name.

    Raises:
        BadInput: the file is damaged.
    """
    file = protocol.folder(MEMBERS)
    if not file.exists():
        return {}
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(f"{file} must list the members trained so far ({error}); mend it or move it away") from error


def note_member(protocol: Protocol, member: Member) -> None:
    """Write a member's whole learning curve, and its place in `members.json`.

    Args:
        protocol: of the comparison.
        member: all of whose stages are finished.
    """
    curves = {stage: read_curve(protocol.folder(member.name, stage, "curve.csv")) for stage in protocol.stages}
    write_curve(protocol.folder(member.name, "curve.csv"), joined(list(curves.values())))
    run = list(protocol.trainings(member).values())[-1]
    record = {
        "network": member.network,
        "network_name": run.value("network_name"),
        "seed": member.seed,
        "machine": describe_machine(),
        "settings": run.value("settings"),
        **weights_record(protocol.weights(member)),
        **curve_record(curves),
    }
    with whole_file(protocol.folder(MEMBERS)) as partial:
        records = {**noted_members(protocol), member.name: record}
        partial.write_text(json.dumps(records, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def joined(curves: Sequence[Sequence[CurvePoint]]) -> list[CurvePoint]:
    """Return the curve of stages that follow each other, epochs and volumes counted on."""
    whole: list[CurvePoint] = []
    for curve in curves:
        epoch, volumes = (whole[-1].epoch, whole[-1].volumes) if whole else (0, 0)
        whole += [replace(point, epoch=epoch + point.epoch, volumes=volumes + point.volumes) for point in curve]
    return whole


def curve_record(curves: Mapping[str, Sequence[CurvePoint]]) -> dict[str, Any]:
    """Sum up the curves of the stages of one training.

    Returns:
        Epochs of each stage; epochs, volumes and seconds of all; the epoch of the smallest validation loss in the last
        stage, counted from the first stage on, and that loss.
    """
    whole, n_last = joined(list(curves.values())), len(list(curves.values())[-1])
    best = min(
        (point for point in whole[-n_last:] if point.validation_loss is not None), key=attrgetter("validation_loss")
    )
    return {
        "stages": {stage: len(curve) for stage, curve in curves.items()},
        "epochs": whole[-1].epoch,
        "volumes": whole[-1].volumes,
        "seconds": round(sum(point.seconds for point in whole), 1),
        "best_epoch": best.epoch,
        "best_validation_loss": best.validation_loss,
    }


def weights_record(weights: Path) -> dict[str, Any]:
    """Return the number of parameters among weights, their marks not counted, and their checksum."""
    state = torch.load(weights, map_location="cpu", weights_only=True)
    return {"n_parameters": sum(value.numel() for value in state.values() if value.ndim), "sha256": sha256(weights)}
