"""The paper's tables beside what came out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom.evaluation.page import Table
from custom.evaluation.page_text import Strong
from custom.evaluation.paper_tables import order_table, paper_table
from tests.method_measures import method_measures


@pytest.fixture(scope="module")
def table() -> Table:
    return paper_table(method_measures())


def row(table: Table, method: str) -> tuple:
    """The line of a method, and the paper's below it."""
    names = [line[0] for line in table.rows]
    return table.rows[names.index(method)], table.rows[names.index(method) + 1]


def test_every_method_has_the_papers_line_below_its_own(table: Table) -> None:
    assert [line[0] for line in table.rows[::2]] == ["no correction", "U-net", "Dy-U", "iterative Yang"]
    assert {line[0] for line in table.rows[1::2]} == {"(the paper)"}
    here, there = row(table, "U-net")
    assert here[1:3] == ["0.200 ± 0.023", Strong("35.00 ± 0.00")]
    assert there[1:] == ["(0.193 ± 0.038)", "(37.130 ± 2.485)", "(0.979 ± 0.014)", "(0.015 ± 0.006)"]
    assert row(table, "iterative Yang")[0][2:] == ["—", "—", "—"]


def test_the_best_stand_out(table: Table) -> None:
    """IMBV nearest to 0.15, the highest PSNR and SSIM, the smallest RMSE."""
    best = {(line[0], column) for line in table.rows for column, cell in enumerate(line) if isinstance(cell, Strong)}
    assert best == {("Dy-U", 1), ("U-net", 2), ("U-net", 3), ("Dy-U", 4)}


def test_numbers_of_volumes_and_animals_are_told(table: Table) -> None:
    said = table.markdown()
    assert "over 4 volumes of 2 simulated animals" in said
    assert "to compare the order, not the level" in said


def test_methods_unknown_to_the_paper_have_one_line() -> None:
    rows = [line for line in method_measures() if line.method != "U-net"]
    other = [
        type(line)(**{**vars(line), "method": "U-net, wide"}) for line in method_measures() if line.method == "U-net"
    ]
    names = [line[0] for line in paper_table([*rows, *other]).rows]
    assert names[-1] == "U-net, wide"


def test_orders_are_compared_from_best_to_worst() -> None:
    rows = {line[0]: line[1:] for line in order_table(method_measures()).rows}
    assert rows["IMBV"] == ["Dy-U, U-net, no correction", "Dy-U, U-net, no correction", "1.00"]
    assert rows["PSNR (dB)"] == ["U-net, Dy-U, no correction", "Dy-U, U-net, no correction", "0.33"]
    assert rows["SSIM"][2] == "0.33"
    assert rows["RMSE"] == ["Dy-U, U-net, no correction", "Dy-U, U-net, no correction", "1.00"]


def test_methods_that_the_paper_prints_alike_are_tied() -> None:
    """RMSE is 0.015 of U-net and of U-net-BV there: τ-b = 2 concordant pairs of 3 / √(3 · 2)."""
    rows = [replace(line, method="U-net-BV") if line.method == "Dy-U" else line for line in method_measures()]
    assert {line[0]: line[-1] for line in order_table(rows).rows}["RMSE"] == "0.82"
