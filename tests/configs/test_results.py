"""results.yaml, run on a tiny faked comparison."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from monai.bundle import ConfigWorkflow

from custom.errors import find_bad_input
from tests.described_cohort import change_parameters, write_described
from tests.faked_comparison import MEMBERS, write_comparison

RESULTS = Path(__file__).resolve().parents[2] / "bundle" / "configs" / "results.yaml"
HEADINGS = (
    "What was trained",
    "The paper's tables",
    "Studies by all methods",
    "Agreement with iterative Yang",
    "Differences between methods",
    "Seeds, initial scale, size and label",
    "Against the true activity",
)
OF_FURTHER_COHORTS = ("A territory with less blood", "A CT that does not fit")
CHECKLISTS = ("RELAINCE guidelines", "CLAIM checklist")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort, copies of it that stand for further, shifted and unlike animals, and a comparison of them all."""
    folder = tmp_path_factory.mktemp("work")
    cohort = write_described(folder / "cohort")
    write_described(folder / "wrong", ct_gate="other")
    for name in ("second", "shift", "perfusion", "deficit", "healthy"):
        shutil.copytree(cohort, folder / name)
    for animal in ("sub-002", "sub-003"):
        change_parameters(folder / "shift", animal, shift_by_4_mm)
    sets = {"cohort": "cohort", "further": "second", "ct_shift_4": "shift", "perfusion": "perfusion"}
    sets |= {"deficit": "deficit", "no_deficit": "healthy"}
    write_comparison(folder / "comparison", {name: folder / where for name, where in sets.items()})
    (folder / "findings.txt").write_text("A first\nfinding.\n\nA second one.\n")
    return folder


def shift_by_4_mm(parameters: dict) -> None:
    parameters["identity"]["recipe"]["registration"]["shift_mm"] = 4.0


def run(folder: Path, **settings: object) -> Path:
    """Run the config in this process, and return where the page lies."""
    given = {"comparison_dir": str(folder / "comparison"), "dataset_dir": str(folder / "cohort"), **settings}
    workflow = ConfigWorkflow(
        str(RESULTS), logging_file=False, workflow_type=None, bundle_root=str(RESULTS.parents[1]), **given
    )
    workflow.initialize()
    workflow.run()
    return Path(str(settings["output_dir"]))


@pytest.fixture(scope="module")
def least(folder: Path) -> Path:
    return run(folder, output_dir=str(folder / "least"))


@pytest.fixture(scope="module")
def whole(folder: Path) -> Path:
    return run(
        folder,
        output_dir=str(folder / "whole"),
        further_dir=str(folder / "second"),
        shifted_dirs={"4": str(folder / "shift")},
        other_dirs={"perfusion tracer": str(folder / "perfusion")},
        deficit_dir=str(folder / "deficit"),
        no_deficit_dir=str(folder / "healthy"),
        wrong_gate_dir=str(folder / "wrong"),
        findings=str(folder / "findings.txt"),
    )


def headings(page: Path) -> list[str]:
    return re.findall("^## (.*)$", (page / "results.md").read_text(), re.M)


def test_without_the_optional_cohorts_their_sections_are_left_out(least: Path) -> None:
    assert headings(least) == [*HEADINGS, *CHECKLISTS]
    named = re.findall(r"\]\((results_\w+\.png)\)", (least / "results.md").read_text())
    assert {file.name for file in least.iterdir()} == {
        *named,
        *("results.md", "results.html", "results.json", "results_measures.csv"),
    }


def test_with_them_the_page_has_all(whole: Path) -> None:
    assert headings(whole) == ["What to bear in mind", *HEADINGS, *OF_FURTHER_COHORTS, *CHECKLISTS]
    said = (whole / "results.md").read_text()
    for words in ("A first finding.", "2 further test animals, n = 2", "perfusion tracer: mean ± SD over 4 volumes"):
        assert words in said
    assert "| 0 mm | 4 mm |" in said
    assert (whole / "results_wrong_gate.png").is_file()


def test_the_command_is_shown_with_what_was_given(whole: Path, least: Path, folder: Path) -> None:
    shown = f"\n    make results DATASET={folder}/cohort OPTIONS='--comparison_dir {folder}/comparison"
    assert f"{shown}'\n" in (least / "results.md").read_text()
    assert (
        f"{shown} --further_dir {folder}/second --shifted_dirs#4 {folder}/shift " in (whole / "results.md").read_text()
    )


def test_tables_of_the_paper_hold_its_methods_only(whole: Path) -> None:
    paper = (whole / "results.md").read_text().split("## The paper's tables")[1].split("## ")[0]
    rows = re.findall(r"^\| ([^|(]+) \|", paper.split("Methods from best")[0], re.M)
    assert rows[2:] == ["no correction", "U-net-BV", "Dy-U-CT", "DC-Dy-U-BV", "iterative Yang"]


def test_other_members_stand_beside_the_truth(whole: Path) -> None:
    truth = (whole / "results.md").read_text().split("## Against the true activity")[1]
    for method in ("U-net-BV", "unet_bv_kernel_scale-0.5", "dc_dy_unet_bv_seed-2", "richardson_lucy", "truth"):
        assert f"| {method} |" in truth


def test_numbers_name_every_member_by_its_weights(whole: Path) -> None:
    numbers = json.loads((whole / "results.json").read_text())
    assert {name: one["sha256"] for name, one in numbers["members"].items()} == {
        member: f"{number:064d}" for number, member in enumerate(MEMBERS)
    }
    for one in numbers["members"].values():
        assert numbers["paper"]["methods"][one["method"]]["ssim"]["n"] == 4
        assert numbers["further"]["methods"][one["method"]]["ssim"]["n"] == 4


def test_measures_stand_in_for_corrections_that_are_gone(folder: Path, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "comparison", tmp_path / "comparison")
    for test_set, member in (("cohort", "dc_dy_unet_bv_seed-2"), ("further", "dy_unet_ct")):
        shutil.rmtree(tmp_path / "comparison" / "corrected" / test_set / member)
    settings = {"comparison_dir": str(tmp_path / "comparison"), "further_dir": str(folder / "second")}
    again = run(folder, **settings, output_dir=str(tmp_path / "again"), measures=str(whole / "results_measures.csv"))
    first, second = (json.loads((page / "results.json").read_text()) for page in (whole, again))
    assert second["made"]["from the measures of an earlier page"] == "dc_dy_unet_bv_seed-2"
    for compared in ("paper", "further"):
        assert first[compared]["methods"].keys() == second[compared]["methods"].keys()
        for method, measures in first[compared]["methods"].items():
            imbv = second[compared]["methods"][method]["imbv"]
            assert imbv["mean"] == pytest.approx(measures["imbv"]["mean"], abs=1e-6)
    without = run(folder, **settings, output_dir=str(tmp_path / "without"))
    assert "dc_dy_unet_bv_seed-2" not in json.loads((without / "results.json").read_text())["paper"]["methods"]


def refusal(folder: Path, **settings: object) -> str:
    with pytest.raises(Exception) as refused:  # noqa: PT011  the bundle's parser wraps what happens in others
        run(folder, **settings)
    error = find_bad_input(refused.value)
    assert error is not None
    return str(error)


def test_a_page_that_stands_there_is_not_replaced(least: Path, folder: Path) -> None:
    assert "set overwrite" in refusal(folder, output_dir=str(least))


def test_corrections_by_other_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    comparison = Path(shutil.copytree(folder / "comparison", tmp_path / "comparison"))
    members = json.loads((comparison / "members.json").read_text())
    members["unet_bv"]["sha256"] = "trained anew"
    (comparison / "members.json").write_text(json.dumps(members))
    said = refusal(folder, comparison_dir=str(comparison), output_dir=str(tmp_path / "page"))
    assert "unet_bv must be corrected with the weights that members.json tells of" in said
    assert not (tmp_path / "page" / "results.md").exists()
