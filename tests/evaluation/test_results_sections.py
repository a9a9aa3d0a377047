"""What each section of the results page holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from custom.evaluation import results_sections as sections
from custom.evaluation.page import Block, Heading, Illustration, Table
from tests.results_evidence import evidence

EVIDENCE = evidence()


def kinds(blocks: Sequence[Block]) -> list[str]:
    return [type(block).__name__ for block in blocks]


def test_seeds_of_one_network_share_a_name_among_the_curves() -> None:
    table, picture = sections.training_section(EVIDENCE.trained)
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["dy_unet_bv", "dy_unet_bv_seed-2"]
    assert isinstance(picture, Illustration)
    assert [text.get_text() for text in picture.draw().legends[0].get_texts()] == ["Dy-U-BV"]


def test_every_study_has_its_slices_and_profiles() -> None:
    blocks = sections.images_section(EVIDENCE.studies * 2)
    files = [block.file for block in blocks if isinstance(block, Illustration)]
    assert files == ["results_slices_1.png", "results_profiles_1.png", "results_slices_2.png", "results_profiles_2.png"]


def test_fits_leave_the_truth_out() -> None:
    fits = sections.agreement_section(EVIDENCE.paper)[-1]
    assert isinstance(fits, Illustration)
    assert [axes.get_title() for axes in fits.draw().axes if axes.axison] == ["no correction", "network"]


def test_what_could_not_be_analysed_is_left_out() -> None:
    """Of two measures one has an analysis of variance."""
    blocks = sections.differences_section(EVIDENCE)
    assert kinds(blocks) == [
        *("Heading", "Paragraph", "Table"),
        *("Heading", "Paragraph", "Paragraph", "Table"),
        *("Heading", "Table", "Table", "Table", "Table"),
        *("Heading", "Table", "Table", "Table", "Table"),
    ]
    assert [block.text for block in blocks if isinstance(block, Heading)] == [
        "All pairs, ten animals",
        "All pairs, 4 volumes as in the paper",
        "Equivalence and components, ten animals",
        "Equivalence and components, forty further animals",
    ]


def test_the_truth_is_told_for_every_kind_of_animals() -> None:
    said = "\n".join(block.markdown() for block in sections.truth_section(EVIDENCE))
    for title in ("ten animals", "forty further animals", "animals outside the training's ranges"):
        assert f"{title}: mean ± SD over 4 volumes" in said


def test_no_two_pictures_share_a_file() -> None:
    blocks = [
        *sections.training_section(EVIDENCE.trained),
        *sections.paper_section(EVIDENCE.paper),
        *sections.images_section(EVIDENCE.studies),
        *sections.agreement_section(EVIDENCE.paper),
        *sections.members_section(EVIDENCE),
        *sections.truth_section(EVIDENCE),
        *sections.deficit_section(EVIDENCE),
        *sections.ct_section(EVIDENCE),
    ]
    files = [block.file for block in blocks if isinstance(block, Illustration)]
    assert len(files) == len(set(files)) == 10


def test_what_there_is_no_evidence_of_is_left_out() -> None:
    least = replace(EVIDENCE, further=None, others={}, deficit=None, shifts={}, wrong_gate=None, findings=())
    assert (
        sections.deficit_section(least) == sections.ct_section(least) == sections.findings_section(least.findings) == []
    )
    assert kinds(sections.truth_section(least)) == ["Table", "Illustration"]
    assert kinds(sections.differences_section(least))[-5:] == ["Heading", "Table", "Table", "Table", "Table"]
    assert kinds(sections.ct_section(replace(EVIDENCE, wrong_gate=None))) == ["Table", "Table", "Illustration"]
