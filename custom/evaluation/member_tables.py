"""Tables of what a comparison has beside the paper's networks: seeds, initial scale, size, and the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from custom.evaluation.comparison_tables import components_table
from custom.evaluation.components import Components, component_effects
from custom.evaluation.measures import Measures
from custom.evaluation.methods import REFERENCE, TRUTH, UNCORRECTED
from custom.evaluation.page import Block, Table
from custom.evaluation.statistics import describe
from custom.evaluation.summary import values_of
from custom.evaluation.trained import Trained, method_names, seeds_of
from custom.evaluation.truth_tables import Column, truth_table
from custom.evaluation.written_numbers import mean_and_sd

COLUMNS = (
    Column("imbv_error", "absolute error of IMBV, iterative Yang", 4, absolute=True),
    Column("ssim", "SSIM", 4),
    Column("psnr_db", "PSNR (dB)", 2),
    Column("rmse", "RMSE", 4),
    Column("imbv_error_tissues", "absolute error of IMBV, tissues", 4, absolute=True),
    Column("segment_rmse", "RMSE of segments", 4),
)
CONTROLS: Components = {
    "dynamic convolution, both from scale 1": (("unet_bv_amp-False", "dy_unet_bv_kernel_scale-1.0_amp-False"),),
    "dynamic convolution, both from scale ½": (("unet_bv_kernel_scale-0.5", "Dy-U-BV"),),
    "dynamic convolution, as many parameters": (("U-net-BV, 20 filters", "Dy-U-BV"),),
    "initial scale ½ instead of 1": (
        ("U-net-BV", "unet_bv_kernel_scale-0.5"),
        ("dy_unet_bv_kernel_scale-1.0_amp-False", "dy_unet_bv_amp-False"),
        ("dc_dy_unet_bv_kernel_scale-1.0", "DC-Dy-U-BV"),
    ),
    "float32 instead of bfloat16": (
        ("U-net-BV", "unet_bv_amp-False"),
        ("Dy-U-BV", "dy_unet_bv_amp-False"),
    ),
}
"""Pairs that the paper does not have: whether a component still brings something where all else is equal."""
LABEL_KINDS = {"label": "iterative Yang", "truth": "truth"}
OTHER_LABEL = "dc_dy_unet_bv_label_kind-truth"
LABELS = (UNCORRECTED, "DC-Dy-U-BV", OTHER_LABEL, REFERENCE, TRUTH)


def member_tables(measures: Sequence[Measures], trained: Mapping[str, Trained], *, title: str) -> list[Block]:
    """Show seeds, controls and labels on some animals, each where the comparison has it.

    Args:
        measures: one row per study and method, named as `method_names` does.
        trained: all members, by name.
        title: which animals.
    """
    methods = {row.method for row in measures}
    effects = [asdict(effect) for effect in component_effects(measures, by="animal", components=CONTROLS)]
    labels = [row for row in measures if row.method in LABELS]
    return [
        *([seeds_table(measures, trained, title=title)] if methods & set(method_names(trained).values()) else []),
        *([components_table(effects)] if effects else []),
        *([truth_table(labels, title=f"Label iterative Yang or truth, {title}")] if OTHER_LABEL in methods else []),
    ]


def seeds_table(measures: Sequence[Measures], trained: Mapping[str, Trained], *, title: str) -> Table:
    """Show the mean of every network over volumes and, where it has several seeds, how far chance spreads it.

    Args:
        measures: one row per study and method.
        trained: all members, by name.
        title: which animals.
    """
    methods, measured = method_names(trained), {row.method for row in measures}
    rows = []
    for network, members in seeds_of(trained).items():
        seeds = [methods[member] for member in members if methods[member] in measured]
        settings = trained[members[0]].record["settings"]
        if seeds:
            cells = [_over_seeds(measures, seeds, column) for column in COLUMNS]
            rows.append([network, *_told_apart(settings), str(len(seeds)), *cells])
    caption = (
        f"{title}: mean over volumes; of several seeds the mean ± SD over seeds, which tells what chance decides in a "
        "training. Initial scale: of the kernels; as printed in the paper, sigmoids of about 0 halve dynamic ones."
    )
    return Table(
        caption,
        ["network", "initial scale", "precision", "label", "seeds", *(column.title for column in COLUMNS)],
        rows,
    )


def _told_apart(settings: Mapping[str, Any]) -> list[str]:
    """Return by what controls differ from the paper's networks."""
    precision = "bfloat16" if settings["amp"] else "float32"
    return [_initial_scale(settings), precision, LABEL_KINDS[settings["label_kind"]]]


def _initial_scale(settings: Mapping[str, Any]) -> str:
    given = settings["kernel_scale"]
    return f"{given:g}" if given is not None else f"{0.5 if settings['dynamic'] else 1:g} (as printed)"


def _over_seeds(measures: Sequence[Measures], seeds: Sequence[str], column: Column) -> str:
    values = [np.array(values_of(measures, column.measure, seed), float) for seed in seeds]
    means = [float((np.abs(of) if column.absolute else of).mean()) for of in values]
    return mean_and_sd(describe(means), column.decimals)
