"""Which methods are compared, in which order, under which names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from custom.errors import BadInput
from custom.evaluation.methods import NETWORKS, estimates, find_methods
from tests.conftest import REPOSITORY

STUDIES = ["a_gate-ed", "a_gate-es"]


def put(folder: Path, network: str | None = None) -> Path:
    """Leave a method's files as the runs do; nothing of a volume is read here."""
    for study in STUDIES:
        (folder / study).mkdir(parents=True, exist_ok=True)
        (folder / study / f"{study}_corrected.nii.gz").touch()
        if network is not None:
            report = {"network": {"name": network}, "total_activity": {"before": 7}, "device": "cpu"}
            (folder / study / f"{study}.json").write_text(json.dumps(report))
    return folder


def test_the_papers_networks_are_those_of_the_configs() -> None:
    overlays = (REPOSITORY / "bundle" / "configs" / "networks").glob("*.yaml")
    named = {yaml.safe_load(path.read_text())["network_name"] for path in overlays}
    assert named - set(NETWORKS) == {"U-net-BV, 20 filters"}  # a control
    assert set(NETWORKS) < named


def test_networks_stand_in_the_order_of_the_tables_and_others_behind_them(tmp_path: Path) -> None:
    for place, network in enumerate(reversed(NETWORKS)):
        put(tmp_path / f"run-{place}", network)
    for other in ("widened", "richardson_lucy"):
        put(tmp_path / other)
    put(tmp_path / "z", "Attention U-net")
    assert list(find_methods(tmp_path, STUDIES)) == [*NETWORKS, "Attention U-net", "richardson_lucy", "widened"]


def test_a_method_has_what_it_made_of_each_study(tmp_path: Path) -> None:
    put(tmp_path / "unet", "U-net")
    put(tmp_path / "rbv")
    methods = find_methods(tmp_path, STUDIES)
    correction = methods["U-net"]["a_gate-es"]
    assert correction.volume == tmp_path / "unet" / "a_gate-es" / "a_gate-es_corrected.nii.gz"
    assert (correction.network, correction.activity, correction.device) == ("U-net", 7, "cpu")
    assert (methods["rbv"]["a_gate-ed"].network, methods["rbv"]["a_gate-ed"].activity) == (None, None)


def test_trainings_of_one_network_bear_their_folders_names(tmp_path: Path) -> None:
    for folder in ("seed-2", "seed-1"):
        put(tmp_path / folder, "Dy-U-BV")
    put(tmp_path / "seed-3", "U-net")
    assert list(find_methods(tmp_path, STUDIES)) == ["U-net", "Dy-U-BV (seed-1)", "Dy-U-BV (seed-2)"]


def test_what_is_no_method_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "network")
    (tmp_path / ".partial-1").mkdir()
    (tmp_path / "notes.txt").touch()
    assert list(find_methods(tmp_path, STUDIES)) == ["network"]


def test_estimates_are_all_but_reference_and_truth() -> None:
    assert estimates(["no correction", "U-net", "iterative Yang", "truth"]) == ["no correction", "U-net"]


def refusal(folder: Path) -> str:
    with pytest.raises(BadInput) as raised:
        find_methods(folder, STUDIES)
    return str(raised.value)


def test_a_method_without_all_studies_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "whole")
    (put(tmp_path / "part") / "a_gate-es" / "a_gate-es_corrected.nii.gz").unlink()
    message = refusal(tmp_path)
    assert "all 2 test studies, but 1 are missing, such as" in message
    assert "part/a_gate-es/a_gate-es_corrected.nii.gz; run `make inference`" in message


@pytest.mark.parametrize("folder", ["absent", "empty"])
def test_no_method_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    assert "must have a folder for each method, got none" in refusal(tmp_path / folder)


def test_two_networks_in_one_folder_are_refused(tmp_path: Path) -> None:
    folder = put(tmp_path / "mixed", "U-net")
    report = folder / STUDIES[0] / f"{STUDIES[0]}.json"
    report.write_text(report.read_text().replace("U-net", "Dy-U"))
    assert "one method, got reports of Dy-U, U-net" in refusal(tmp_path)
    report.unlink()
    assert "got reports of U-net, none" in refusal(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"network": {}}', '{"network": {"name": "U-net"}}'])
def test_a_file_that_is_no_report_is_named(tmp_path: Path, content: str) -> None:
    (put(tmp_path / "unet") / STUDIES[0] / f"{STUDIES[0]}.json").write_text(content)
    assert "a_gate-ed.json must be a report of the run inference" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["truth", "no correction", "iterative Yang"])
def test_names_of_what_is_compared_with_are_taken(tmp_path: Path, name: str) -> None:
    put(tmp_path / name)
    assert "a method of that name" in refusal(tmp_path)
