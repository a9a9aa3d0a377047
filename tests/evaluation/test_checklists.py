"""The checklists of the field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from custom.evaluation.checklists import Item, checklist_blocks, read_checklist
from custom.evaluation.page import Table

NAMES = ("relaince", "claim")


def test_claim_has_its_44_items_in_order() -> None:
    assert [item.number for item in read_checklist("claim").items] == [str(number) for number in range(1, 45)]


def test_relaince_has_its_four_classes_with_their_items() -> None:
    numbers = [tuple(map(int, item.number.split("."))) for item in read_checklist("relaince").items]
    expected = [(part, number) for part, n in enumerate((4, 7, 5, 4), start=1) for number in range(1, n + 1)]
    assert numbers == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_item_is_answered_and_what_it_points_to_is_there(name: str, repository: Path) -> None:
    for item in read_checklist(name).items:
        assert item.item
        assert item.answer.endswith("."), item.number
        assert all((repository / "bundle" / path).exists() for path in item.where), item.number
        assert item.where or item.status in ("no", "does not apply"), f"{item.number}: met, but where?"


@pytest.mark.parametrize("name", NAMES)
def test_sources_are_dois(name: str) -> None:
    assert re.fullmatch(r"https://doi\.org/10\.\d+/\S+", read_checklist(name).source)


def test_a_checklist_is_a_table_with_links_from_the_page_to_the_bundle() -> None:
    checklist = read_checklist("claim")
    note, table = checklist_blocks(checklist)
    assert "2024 update" in note.markdown()
    assert isinstance(table, Table)
    assert len(table.rows) == 44
    assert "[docs/decisions.md](../docs/decisions.md)" in table.markdown()
    assert sum(int(number) for number in re.findall(r": (\d+)", str(table.caption))) == 44


def test_other_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="answered by yes, partly, no, does not apply, got 'maybe' for 7"):
        Item(number="7", group="Data", item="x", status="maybe", answer="y.", where=[])
