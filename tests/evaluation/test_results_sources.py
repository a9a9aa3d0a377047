"""What the results page takes from the disk."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from custom.data.datalist import read_datalist
from custom.errors import BadInput
from custom.evaluation.measures_table import read_table, write_measures
from custom.evaluation.results_sources import Sources, made_by, read_findings, shown_studies
from tests.faked_comparison import write_comparison
from tests.virtual_cohort import write_cohort

READ = partial(read_datalist, split="test", keys=("image", "label", "truth", "regions"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("small"), n_training=1, n_validation=1, n_test=2)


@pytest.fixture(scope="module")
def sources(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    comparison = write_comparison(tmp_path_factory.mktemp("work"), {"cohort": small})
    return Sources(comparison_dir=comparison, read_studies=READ)


def test_findings_are_paragraphs(tmp_path: Path) -> None:
    (tmp_path / "findings.txt").write_text("One,\nin two lines.\n\n\nAnother.\n")
    assert read_findings(tmp_path / "findings.txt") == ["One, in two lines.", "Another."]
    assert read_findings(None) == []
    with pytest.raises(BadInput, match="findings must be a text file"):
        read_findings(tmp_path / "nowhere.txt")


def test_both_gates_of_the_first_animal_are_shown_by_the_papers_methods(sources: Sources, small: Path) -> None:
    images = shown_studies(sources.read("cohort", small))
    assert [one.study for one in images] == ["sub-003_gate-ed", "sub-003_gate-es"]
    methods = ["no correction", "U-net-BV", "Dy-U-CT", "DC-Dy-U-BV", "iterative Yang", "truth"]
    assert list(images[0].volumes) == methods


def test_it_is_told_when_and_where_networks_corrected(sources: Sources, small: Path) -> None:
    made = made_by(sources.read("cohort", small), {"cohort": small})
    assert made["networks corrected"] == "2026-11-26, cpu"
    assert made["cohort"] == f"{small}: seed 0, version tests of the simulation"


@pytest.fixture
def earlier(sources: Sources, small: Path, tmp_path: Path) -> Path:
    """Return the measures of an earlier page, its numbers beside it."""
    table = tmp_path / "results_measures.csv"
    write_measures(table, {"cohort": sources.read("cohort", small).measures}, sources.weights)
    (tmp_path / "results.json").write_text(json.dumps({"made": {"cohort": "as it was made"}}))
    return table


def test_a_cohort_that_is_gone_is_taken_from_the_earlier_page(sources: Sources, small: Path, earlier: Path) -> None:
    gone = earlier.with_name("gone")
    taken = replace(sources, earlier=read_table(earlier)).read("cohort", gone)
    before = sources.read("cohort", small)
    which = [(row.study, row.method) for row in before.measures]
    assert [(row.study, row.method) for row in taken.measures] == which
    assert taken.measures[0].imbv == pytest.approx(before.measures[0].imbv, abs=1e-6)
    made = made_by(taken, {"cohort": gone}, measured_earlier=["cohort"], earlier_measures=earlier)
    assert (made["cohort"], made["from the measures of an earlier page"].split(", ")[-1]) == (
        "as it was made",
        "all of cohort",
    )


def test_measures_of_other_images_are_refused(sources: Sources, small: Path, earlier: Path) -> None:
    """The same animals with other noise: names are the same, IMBV before correction is not."""
    rows = [
        {**line, "imbv": str(float(line["imbv"]) + 0.004)} if line["method"] == "no correction" else line
        for line in read_table(earlier)
    ]
    with pytest.raises(BadInput, match=r"are of the same images, got IMBV .* for sub-003_gate-ed"):
        replace(sources, earlier=rows).measure("cohort", small)


@pytest.mark.parametrize("method", ["read", "measure"])
def test_a_cohort_that_is_nowhere_is_refused(sources: Sources, earlier: Path, method: str) -> None:
    """`measure` asks for the cohort even where an earlier page tells of it."""
    known = replace(sources, earlier=read_table(earlier) if method == "measure" else ())
    with pytest.raises(BadInput, match="gone"):
        getattr(known, method)("cohort", earlier.with_name("gone"))
