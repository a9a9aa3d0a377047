"""The run `results`, where it ends before any work; what it makes is tested with its config."""

from __future__ import annotations

from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.evaluation.results_places import Places
from custom.evaluation.results_run import make_results


def not_reached(dataset_dir: str | Path) -> list[dict[str, str]]:
    raise AssertionError(f"nothing is to be read of {dataset_dir}")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"findings": "nowhere.txt"}, "findings must be a text file"),
        ({"wrong_gate_dir": "nowhere"}, "a cohort's folder holds dataset.json"),
        ({"no_deficit_dir": "nowhere"}, "got no_deficit_dir alone"),
        ({}, r"members\.json must list trained networks"),
    ],
)
def test_what_can_be_mended_is_said_before_anything_is_measured(tmp_path: Path, settings: dict, said: str) -> None:
    places = Places(comparison_dir=tmp_path, dataset_dir=tmp_path, **settings)
    with pytest.raises(BadInput, match=said):
        make_results(places, read_studies=not_reached, output_dir=tmp_path / "page", overwrite=True)
