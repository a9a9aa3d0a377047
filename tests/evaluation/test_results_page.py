"""The results page as a whole."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from custom.evaluation.page_files import write_page
from custom.evaluation.results_page import NAME, results_page
from tests.results_evidence import evidence


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(results_page(evidence()), tmp_path_factory.mktemp("docs"), name=NAME).parent


def test_it_says_first_that_animals_are_simulated_and_that_nothing_is_for_diagnosis(folder: Path) -> None:
    title, _, first = (folder / "results.md").read_text().splitlines()[:3]
    assert title == "# Results"
    assert first.startswith("**All animals are simulated. The weights are for research, not for diagnosis.**")


def test_command_machine_and_date_are_named(folder: Path) -> None:
    said = (folder / "results.md").read_text()
    assert "\n    python -m monai.bundle run results --config_file bundle/configs/results.yaml\n" in said
    assert "| machine | two cores &lt;script&gt;" in said
    assert "| date | 2026-11-26 |" in said


def test_every_picture_lies_beside_the_page_and_inside_its_twin(folder: Path) -> None:
    named = re.findall(r"\]\((results_\w+\.png)\)", (folder / "results.md").read_text())
    assert sorted(named) == sorted(file.name for file in folder.glob("*.png"))
    twin = (folder / "results.html").read_text()
    assert twin.count('src="data:image/png;base64,') == twin.count("<img ") == len(named)


def test_contents_lead_to_the_sections(folder: Path) -> None:
    twin = (folder / "results.html").read_text()
    led_to, headings = re.findall(r'href="#([^"]+)"', twin), re.findall(r'<h2 id="([^"]+)"', twin)
    assert led_to == headings
    assert headings[-2:] == ["relaince-guidelines", "claim-checklist"]


def test_the_twin_runs_nothing_and_loads_nothing(folder: Path) -> None:
    twin = (folder / "results.html").read_text()
    assert "<script" not in twin
    assert not re.findall(r'(?:src|href)="(?!data:image/png|#|\.\./|results_measures\.csv"|https://doi\.org/)', twin)


def test_nothing_on_the_page_is_not_a_number(folder: Path) -> None:
    assert not re.findall(r"\bnan\b|\binf\b|\| None \|", (folder / "results.md").read_text())


def test_sections_without_evidence_are_left_out() -> None:
    least = replace(evidence(), shifts={}, wrong_gate=None, findings=())
    left_out = results_page(evidence()).sections.keys() - results_page(least).sections.keys()
    assert left_out == {"What to bear in mind", "A CT that does not fit"}
