"""The README's table of what works with what: every row names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("## What works with what")[1].split("\n## ")[0]
ROWS = [line for line in TABLE.splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_names_a_test_that_is_there(row: str) -> None:
    named = re.findall(r"\[(test_\w+)\]\((tests/[\w/]+\.py)\)", row)
    assert named, f"no test in {row}"
    for test, file in named:
        assert re.search(rf"^def {test}\(", (REPOSITORY / file).read_text(encoding="utf-8"), re.M), (
            f"no {test} in {file}"
        )


def test_nothing_stands_twice() -> None:
    names = [row.split("|")[1].strip() for row in ROWS]
    assert len(names) == len(set(names)) > 0
