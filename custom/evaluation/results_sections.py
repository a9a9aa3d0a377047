"""The sections of the results page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from custom.evaluation.agreement import bland_altman, imbv_box_plot
from custom.evaluation.comparison_tables import (
    components_table,
    equivalence_table,
    means_table,
    pairs_table,
    variance_sentence,
)
from custom.evaluation.ct_shift_picture import ct_shift_picture
from custom.evaluation.evidence import Comparison, Evidence
from custom.evaluation.learning_curves import learning_curves
from custom.evaluation.linear_fits import linear_fits
from custom.evaluation.member_tables import member_tables
from custom.evaluation.method_slices import method_slices
from custom.evaluation.methods import IN_IMAGE_SPACE, OF_THE_PAPER, REFERENCE, TRUTH
from custom.evaluation.page import Block, Heading, Illustration, Paragraph
from custom.evaluation.paper_tables import order_table, paper_table
from custom.evaluation.polar_maps import polar_maps, segment_errors
from custom.evaluation.profiles import method_profiles
from custom.evaluation.study_images import StudyImages
from custom.evaluation.trained import Trained, seeds_of
from custom.evaluation.training_table import training_table
from custom.evaluation.truth_tables import deficit_table, shift_table, truth_table

REMARK = "Virtual (simulated) animals"
OVER_VOLUMES = (
    "To be held against the paper alone: gates of one animal count as independent here, which makes probabilities too "
    "small."
)
REGIONAL = (*OF_THE_PAPER, *IN_IMAGE_SPACE)  # methods whose error is drawn by segment
SEGMENT_LABEL = "mean error, percent of the true blood"
DEFICIT_LABEL = "change of the mean, percent of the true blood"


def training_section(trained: Mapping[str, Trained]) -> list[Block]:
    """Show budget, loss and learning curve of every network."""
    members, curves = ({name: getattr(one, part) for name, one in trained.items()} for part in ("record", "curve"))
    by_network = {network: [curves[member] for member in seeds] for network, seeds in seeds_of(trained).items()}
    stage_ends = next(iter(trained.values())).stage_ends
    draw = partial(learning_curves, by_network, stage_ends=stage_ends, remark=REMARK)
    caption = "Learning curves: loss of training and validation, and error of IMBV, against volumes seen."
    return [training_table(members, curves), Illustration("results_learning.png", draw, caption)]


def paper_section(compared: Comparison) -> list[Block]:
    """Show the paper's tables and its box plot."""
    draw = partial(imbv_box_plot, compared.measures, footnote=REMARK)
    caption = "IMBV by all methods, gate by gate (the paper's figure 10)."
    return [
        paper_table(compared.measures),
        order_table(compared.measures),
        Illustration("results_box_plot.png", draw, caption),
    ]


def images_section(studies: Sequence[StudyImages]) -> list[Block]:
    """Show studies by all methods, with profiles."""
    blocks: list[Block] = []
    for number, images in enumerate(studies, start=1):
        slices, profiles = (partial(draw, images, remark=REMARK) for draw in (method_slices, method_profiles))
        blocks += [
            Illustration(
                f"results_slices_{number}.png", slices, f"{images.study} by all methods (the paper's figures 3, 5, 6)."
            ),
            Illustration(
                f"results_profiles_{number}.png",
                profiles,
                f"{images.study}: profiles along the dashed lines (the paper's figures 4, 7).",
            ),
        ]
    return blocks


def agreement_section(compared: Comparison) -> list[Block]:
    """Show how IMBV of every method agrees with that of iterative Yang."""
    agreement = compared.over_volumes["imbv_agreement"][REFERENCE]
    lines = {method: of["line"] for method, of in agreement.items() if method != TRUTH}
    return [
        Illustration(
            "results_bland_altman.png",
            partial(bland_altman, compared.measures, footnote=REMARK),
            "Agreement after Bland and Altman (the paper's figure 8).",
        ),
        Illustration(
            "results_linear_fits.png",
            partial(linear_fits, compared.measures, lines, remark=REMARK),
            "Linear fits over volumes (the paper's figure 9).",
        ),
    ]


def differences_section(evidence: Evidence) -> list[Block]:
    """Show which methods differ, which are equivalent, and what components bring; pairs on the paper's animals only."""
    paper = evidence.paper
    blocks = [Heading(f"All pairs, {paper.title}"), *_pairs(paper.over_animals)]
    volumes = f"All pairs, {paper.over_volumes['n']} volumes as in the paper"
    blocks += [Heading(volumes), Paragraph(OVER_VOLUMES), *_pairs(paper.over_volumes)]
    for compared in evidence.comparisons:
        blocks.append(Heading(f"Equivalence and components, {compared.title}"))
        blocks.append(means_table(compared.over_animals["means"], title=compared.title))
        for reference, agreement in compared.over_animals["imbv_agreement"].items():
            blocks.append(equivalence_table(agreement, title=compared.title, reference=reference))
        components = compared.over_animals["components"]
        blocks += [components_table(components)] if components else []
    return blocks


def _pairs(compared: Mapping[str, Any]) -> list[Block]:
    analysed = {measure: variance for measure, variance in compared["variance"].items() if variance is not None}
    tables = [(variance_sentence(variance, name), pairs_table(variance, name)) for name, variance in analysed.items()]
    return [block for pair in tables for block in pair]


def members_section(evidence: Evidence) -> list[Block]:
    """Show what chance, initial scale, size and label decide."""
    blocks: list[Block] = []
    for compared in evidence.comparisons:
        tables = member_tables(compared.all_measures, evidence.trained, title=compared.title)
        blocks += [Heading(compared.title), *tables] if tables else []
    return blocks


def truth_section(evidence: Evidence) -> list[Block]:
    """Show errors against the true activity, of all test animals, of unlike ones, and by segment."""
    known = {compared.title: compared.all_measures for compared in evidence.comparisons}
    tables = [truth_table(measures, title=title) for title, measures in {**known, **evidence.others}.items()]
    title = f"Regional error against the true activity, {evidence.paper.title}"
    errors = segment_errors([row for row in evidence.paper.all_measures if row.method in REGIONAL])
    draw = partial(polar_maps, errors, label=SEGMENT_LABEL, title=title, remark=REMARK)
    return [*tables, Illustration("results_polar_maps.png", draw, f"{title}, in 17 segments: {SEGMENT_LABEL}.")]


def deficit_section(evidence: Evidence) -> list[Block]:
    """Show what is seen of a territory with less blood."""
    if evidence.deficit is None:
        return []
    study, changes = evidence.deficit.gravest()
    title = f"What a territory with less blood changes in {study}"
    percent = {method: 100 * of for method, of in changes.items()}
    draw = partial(polar_maps, percent, label=DEFICIT_LABEL, title=title, remark=REMARK)
    return [deficit_table(evidence.deficit), Illustration("results_deficit.png", draw, f"{title}: {DEFICIT_LABEL}.")]


def ct_section(evidence: Evidence) -> list[Block]:
    """Show how methods fail when the CT does not fit."""
    blocks: list[Block] = []
    if evidence.shifts:
        blocks += [shift_table(errors, label=label) for label, errors in evidence.shifts.items()]
        drawn, errors = next(iter(evidence.shifts.items()))
        draw = partial(ct_shift_picture, errors, label=drawn, remark=REMARK)
        blocks.append(Illustration("results_ct_shift.png", draw, f"CT shifted against the SPECT: {drawn}."))
    if evidence.wrong_gate is not None:
        caption = "CT of the wrong gate (the paper's figure 11)."
        blocks.append(Illustration("results_wrong_gate.png", evidence.wrong_gate, caption))
    return blocks


def findings_section(findings: Sequence[str]) -> list[Block]:
    """Say what came out and must be borne in mind."""
    return [Paragraph(finding) for finding in findings]
