"""Networks trained one after the other by one protocol, and test animals corrected with each."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from custom.cluster import run_each
from custom.data.datalist import read_datalist
from custom.digest import sha256
from custom.errors import BadInput
from custom.training.endings import INTERRUPTED
from custom.training.member_record import note_member, noted_members
from custom.training.members import Member
from custom.training.progress import differing, is_finished, make_writable, settings_of
from custom.training.protocol import Protocol
from custom.training.training_settings import check_training_settings

STARTING_WEIGHTS = "weights"  # name of what a stage begins from among its settings

logger = logging.getLogger(__name__)


def compare(protocol: Protocol, members: Sequence[Member]) -> None:
    """Train every member and correct the test animals with its weights, each run in a process of its own.

    What is finished with the same settings stays as it is, so that a comparison which was interrupted continues. A
    member that fails is named and the others go on. In `output_dir` stand in the end

        members.json                                    of each member what led to its weights
        <member>/curve.csv                              its whole training, epoch by epoch
        <member>/<stage>/model.pt                       weights; those of the last stage correct
        <member>/log.txt                                what its runs printed
        corrected/<test set>/<member>/<study>/…         what the run `inference` writes

    Args:
        protocol: what all members share.
        members: what is compared.

    Raises:
        BadInput: before any work, an unknown or impossible setting, a missing volume or a damaged `members.json`; after
            it, that members failed.
    """
    for member in members:
        _check(protocol, member)
    noted_members(protocol)
    make_writable(protocol.folder())
    task = partial(_make_each, protocol, {member.name: member for member in members})
    try:
        failures = run_each(
            task, [member.name for member in members], n_workers=1, description="members", unit="member"
        )
    except KeyboardInterrupt:
        logger.warning("Interrupted; the same command continues")
        raise SystemExit(INTERRUPTED) from None
    if failures:
        raise BadInput(
            f"{len(failures)} of {len(members)} members failed, each for the reason above: {', '.join(failures)}; "
            "the same command tries them again"
        )


def _check(protocol: Protocol, member: Member) -> None:
    """Hold a member's settings against what can be, and look for all volumes that it needs."""
    for stage, run in protocol.trainings(member).items():
        for split in ("training", "validation"):
            read_datalist(run.value("dataset_dir"), split, run.value("volume_keys"))
        check_training_settings(run.value("settings"))
        run.value("network_def")
        _check_continues(protocol.folder(member.name, stage), run.value("settings"))
    for test_set, cohort in protocol.test_sets.items():
        read_datalist(cohort, "test", ["regions", *protocol.correction_of(member, test_set).value("image_keys")])


def _check_continues(folder: Path, settings: Mapping[str, Any]) -> None:
    """Refuse a stage that was trained by another protocol, which this one would otherwise replace."""
    begun = settings_of(folder / "last.pt")
    changed = [] if begun is None else [name for name in differing(settings, begun) if name != STARTING_WEIGHTS]
    if changed:
        raise BadInput(
            f"a comparison continues with the protocol that it began with, got another {', '.join(changed)} than that "
            f"of {folder}; choose another output_dir, or remove that folder to train anew"
        )


def _make_each(protocol: Protocol, members: Mapping[str, Member], names: Sequence[str]) -> dict[str, str]:
    for name in names:
        _train(protocol, members[name])
        _correct(protocol, members[name])
    return {}


def _train(protocol: Protocol, member: Member) -> None:
    """Bring a member's training to its end, and note what it has come to."""
    was_noted = member.name in noted_members(protocol)
    for stage, run in protocol.trainings(member).items():
        checkpoint, settings = protocol.folder(member.name, stage, "last.pt"), run.value("settings")
        if is_finished(checkpoint, settings):
            continue
        logger.info("%s: training, %s", member.name, stage)
        begun = settings_of(checkpoint)
        anew = begun is not None and differing(settings, begun)  # from other weights of the stage before
        (run.anew() if anew else run).start(protocol.folder(member.name, "log.txt"))
        was_noted = False
    if not was_noted:
        note_member(protocol, member)


def _correct(protocol: Protocol, member: Member) -> None:
    """Correct the test sets with a member that was trained."""
    checksum = sha256(protocol.weights(member))
    for test_set, cohort in protocol.test_sets.items():
        run = protocol.correction_of(member, test_set)
        folder = protocol.folder("corrected", test_set, member.name)
        keys = [*run.value("image_keys"), "regions"]
        studies = read_datalist(cohort, "test", keys)
        if not all(_was_corrected(folder, study, keys, checksum) for study in studies):
            logger.info("%s: correction, %s", member.name, test_set)
            run.start(protocol.folder(member.name, "log.txt"))


def _was_corrected(folder: Path, study: Mapping[str, str], keys: Sequence[str], checksum: str) -> bool:
    """Tell whether a study with such volumes was corrected with weights of a checksum."""
    name = study["study"]
    report = folder / name / f"{name}.json"
    if not report.exists() or not (report.parent / f"{name}_corrected.nii.gz").exists():
        return False
    told = json.loads(report.read_text(encoding="utf-8"))
    seen = {key: {"sha256": sha256(study[key])} for key in keys}
    return told["weights"]["sha256"] == checksum and told.get("inputs") == seen
