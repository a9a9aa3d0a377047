"""Tables of seeds, initial scale, size and label."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from monai.bundle import ConfigParser

from custom.evaluation.member_tables import CONTROLS, OTHER_LABEL, member_tables, seeds_table
from custom.evaluation.page import Table
from custom.training.members import read_members
from tests.results_evidence import measures, member_measures, trained

CONFIGS = Path(__file__).resolve().parents[2] / "bundle" / "configs"
SEEDS = {"dy_unet_bv": trained(seed=1), "dy_unet_bv_seed-2": trained(seed=2)}


def row_of(table: Table, network: str) -> dict[str, str]:
    [row] = [row for row in table.rows if row[0] == network]
    return dict(zip(map(str, table.header), map(str, row), strict=True))


def test_seeds_of_a_network_are_one_row_with_their_mean_and_spread() -> None:
    """Errors 0.02 and −0.04: absolute 0.03 ± 0.0141 over seeds; over the volumes of one there is no spread."""
    row = row_of(seeds_table(member_measures(), SEEDS, title="animals"), "Dy-U-BV")
    assert row["absolute error of IMBV, iterative Yang"] == "0.0300 ± 0.0141"
    assert (row["seeds"], row["initial scale"], row["label"]) == ("2", "0.5 (as printed)", "iterative Yang")


def test_one_seed_has_no_spread_and_what_was_not_corrected_has_no_row() -> None:
    rows = [row for row in member_measures() if row.method == "Dy-U-BV"]
    table = seeds_table(rows, {**SEEDS, "unet": replace(SEEDS["dy_unet_bv"])}, title="animals")
    assert [row[0] for row in table.rows] == ["Dy-U-BV"]
    assert row_of(table, "Dy-U-BV")["absolute error of IMBV, iterative Yang"] == "0.0200"


def test_without_further_members_there_is_no_table() -> None:
    assert member_tables(measures(), SEEDS, title="animals") == []


def test_the_other_label_stands_beside_the_usual_one() -> None:
    rows = [replace(row, method="DC-Dy-U-BV") for row in member_measures() if row.method == "Dy-U-BV"]
    rows += [replace(row, method=OTHER_LABEL) for row in rows]
    (table,) = member_tables([*measures(), *rows], {}, title="animals")
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["no correction", "iterative Yang", "truth", "DC-Dy-U-BV", OTHER_LABEL]


@pytest.mark.parametrize("component", CONTROLS)
def test_controls_are_members_of_the_comparison(component: str) -> None:
    """Their names are those that members have on the page."""
    config = ConfigParser.load_config_file(str(CONFIGS / "compare.yaml"))
    names = set()
    for member in read_members(config["members"], config["seed"]):
        overlay = ConfigParser.load_config_file(str(CONFIGS / "networks" / f"{member.network}.yaml"))
        names.add(overlay["network_name"] if member.name == member.network else member.name)
    assert {method for pair in CONTROLS[component] for method in pair} < names
    assert OTHER_LABEL in names
