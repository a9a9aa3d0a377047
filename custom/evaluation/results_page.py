"""The results page, from its evidence."""

from __future__ import annotations

from custom.evaluation.checklists import checklist_blocks, read_checklist
from custom.evaluation.evidence import Evidence
from custom.evaluation.page import Block, Commands, Page, Paragraph, Table
from custom.evaluation.page_text import Link, Strong
from custom.evaluation.results_sections import (
    agreement_section,
    ct_section,
    deficit_section,
    differences_section,
    findings_section,
    images_section,
    members_section,
    paper_section,
    training_section,
    truth_section,
)

NAME = "results"
MEASURES = f"{NAME}_measures.csv"


def results_page(evidence: Evidence) -> Page:
    """Put the page together: warning, command, what was trained, the paper's results, the truth, checklists."""
    relaince, claim = (read_checklist(name) for name in ("relaince", "claim"))
    sections = {
        "What to bear in mind": findings_section(evidence.findings),
        "What was trained": training_section(evidence.trained),
        "The paper's tables": paper_section(evidence.paper),
        "Studies by all methods": images_section(evidence.studies),
        "Agreement with iterative Yang": agreement_section(evidence.paper),
        "Differences between methods": differences_section(evidence),
        "Seeds, initial scale, size and label": members_section(evidence),
        "Against the true activity": truth_section(evidence),
        "A territory with less blood": deficit_section(evidence),
        "A CT that does not fit": ct_section(evidence),
        relaince.title: checklist_blocks(relaince),
        claim.title: checklist_blocks(claim),
    }
    shown = {title: blocks for title, blocks in sections.items() if blocks}
    return Page(title="Results", opening=_opening(evidence), sections=shown)


def _opening(evidence: Evidence) -> list[Block]:
    warning = (
        Strong("All animals are simulated. The weights are for research, not for diagnosis."),
        " Nothing here was measured on an animal or a patient.",
    )
    return [
        Paragraph(warning),
        Paragraph("Made by this command, from the files that earlier runs left:"),
        Commands(evidence.command),
        Table("How it was made:", ["", ""], list(evidence.made.items())),
        Paragraph(("Every measure of every volume by every method: ", Link(MEASURES, MEASURES), ".")),
    ]
