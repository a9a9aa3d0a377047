"""JSON files, read with a word of advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.evaluation.json_record import JsonRecord


def record(folder: Path, text: str) -> JsonRecord:
    (folder / "a.json").write_text(text)
    return JsonRecord(folder / "a.json")


def test_what_stands_inside_is_found(tmp_path: Path) -> None:
    read = record(tmp_path, '{"drawn": {"body": {"weight_kg": 25}}}')
    assert read.at("drawn", "body") == {"weight_kg": 25}
    assert read.number("drawn", "body", "weight_kg") == 25.0


@pytest.mark.parametrize("text", ["{}", "[]", "3", '{"drawn": 3}', '{"drawn": {"other": 1}}'])
def test_what_is_missing_is_named_with_the_command_that_makes_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"a\.json lacks drawn\.body; an older version .* `make simulation` again"):
        record(tmp_path, text).at("drawn", "body")


@pytest.mark.parametrize("value", ["null", "true", '"3"', "NaN", "Infinity", "[1]"])
def test_what_is_no_finite_number_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadInput, match=r"a in .* must be a finite number"):
        record(tmp_path, f'{{"a": {value}}}').number("a")


def test_a_broken_or_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.json must be readable JSON"):
        record(tmp_path, '{"a":')
    with pytest.raises(BadInput, match=r"b\.json must be readable JSON"):
        JsonRecord(tmp_path / "b.json")
    (tmp_path / "c.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match=r"c\.json must be readable JSON"):
        JsonRecord(tmp_path / "c.json")
