"""Checklists of the field, answered item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from custom.evaluation.page import Block, Paragraph, Table
from custom.evaluation.page_text import Link, Text

FOLDER = Path(__file__).parent
STATUSES = ("yes", "partly", "no", "does not apply")
FROM_PAGE_TO_BUNDLE = "../"  # pages lie in the bundle's docs


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a checklist.

    Args:
        number: the checklist's.
        group: under which it stands there.
        item: what it asks for, in our words.
        status: see `STATUSES`.
        answer: for this work.
        where: files in which it stands, relative to the bundle.

    Raises:
        ValueError: another status.
    """

    number: str
    group: str
    item: str
    status: str
    answer: str
    where: Sequence[str]

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"an item is answered by {', '.join(STATUSES)}, got {self.status!r} for {self.number}")


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """A checklist with its source, an https address, and a note on how it is numbered."""

    title: str
    source: str
    note: str
    items: Sequence[Item]


def read_checklist(name: str) -> Checklist:
    """Read a checklist that lies beside this file, "relaince" or "claim"."""
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return Checklist(**{**content, "items": [Item(**item) for item in content["items"]]})


def checklist_blocks(checklist: Checklist) -> list[Block]:
    """Show a checklist: its note, how many items are answered how, and a table of all of them."""
    counted = Counter(item.status for item in checklist.items)
    summary = ", ".join(f"{status}: {counted[status]}" for status in STATUSES)
    rows = [
        [item.number, item.group, item.item, item.status, item.answer, _links(item.where)] for item in checklist.items
    ]
    return [
        Paragraph((f"{checklist.note} ", Link("Source", checklist.source), ".")),
        Table(f"{len(checklist.items)} items. {summary}.", ["no.", "part", "item", "met", "answer", "where"], rows),
    ]


def _links(paths: Sequence[str]) -> Text:
    parts: list[str | Link] = []
    for path in paths:
        parts += [", "] if parts else []
        parts.append(Link(path, FROM_PAGE_TO_BUNDLE + path))
    return parts
