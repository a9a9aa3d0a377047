"""Tables of what tells methods apart, or does not: all pairs, equivalence, and the network's components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from custom.evaluation.methods import REFERENCE, TRUTH
from custom.evaluation.page import Paragraph, Table
from custom.evaluation.page_text import Text
from custom.evaluation.published import P_AGAINST_IY
from custom.evaluation.written_numbers import NOTHING, estimate, interval, probability, signed, unsigned

MEASURES = {
    "imbv": ("IMBV", 3),
    "imbv_error": ("IMBV − iterative Yang", 3),
    "imbv_error_tissues": ("IMBV − tissues", 3),
    "absolute_imbv_error": ("absolute error of IMBV against iterative Yang", 3),
    "ssim": ("SSIM", 4),
    "psnr_db": ("PSNR (dB)", 2),
    "rmse": ("RMSE", 4),
}


def means_table(means: Mapping[str, Mapping[str, Any]], *, title: str) -> Table:
    """Show the mean of every measure over animals, and its interval.

    Args:
        means: by measure and method, as `compare_methods` gives them: `mean` and `interval_95`.
        title: which animals.
    """
    methods = [method for method in means["imbv"] if method != TRUTH]
    rows = [
        [method, *(_mean(of[method], measure) if method in of else NOTHING for measure, of in means.items())]
        for method in methods
    ]
    caption = (
        f"{title}, each with the mean of its gates: mean (Student's 95 % interval). PSNR, SSIM and RMSE against "
        "iterative Yang."
    )
    return Table(caption, ["method", *(MEASURES[measure][0] for measure in means)], rows)


def variance_sentence(variance: Mapping[str, Any], measure: str) -> Paragraph:
    """Say what the analysis of variance with repeated measures finds.

    Args:
        variance: as `compare_methods` gives it: `f`, `df_methods`, `df_error`, `p`, `epsilon`, `p_greenhouse_geisser`.
        measure: name of what was analysed.
    """
    return Paragraph(
        f"{MEASURES[measure][0]}: analysis of variance with repeated measures, F({variance['df_methods']}, "
        f"{variance['df_error']}) = {variance['f']:.1f}, p {_equals(variance['p'])}; with Greenhouse and Geisser's "
        f"correction (ε = {variance['epsilon']:.2f}) p {_equals(variance['p_greenhouse_geisser'])}."
    )


def pairs_table(variance: Mapping[str, Any], measure: str) -> Table:
    """Show the probabilities of all pairs of methods: Tukey's above the diagonal, Holm's below.

    Args:
        variance: as `compare_methods` gives it: `methods`, and `pairs` with `first`, `second`, `p_tukey`, `p_holm`.
        measure: name of what was compared.
    """
    methods = variance["methods"]
    p = {(pair["first"], pair["second"]): pair["p_tukey"] for pair in variance["pairs"]}
    p |= {(pair["second"], pair["first"]): pair["p_holm"] for pair in variance["pairs"]}
    rows = [
        [row, *(NOTHING if row == column else probability(p[row, column]) for column in methods)] for row in methods
    ]
    caption = (
        f"{MEASURES[measure][0]}: p of every pair. Above the diagonal Tukey's test with the error term of the repeated "
        "measures, below it the paired t-test with Holm's correction for all pairs of this table, which needs no equal "
        "spread of the differences."
    )
    return Table(caption, ["", *methods], rows)


def equivalence_table(agreement: Mapping[str, Mapping[str, Any]], *, title: str, reference: str) -> Table:
    """Show how far IMBV of every method is from that of a reference, and whether that is within the margin.

    Args:
        agreement: by method, as `compare_methods` gives it under `imbv_agreement`: `equivalence` and `line` of each.
        title: which animals.
        reference: what methods are compared with; beside iterative Yang stand the paper's probabilities.
    """
    tests = {method: (of["equivalence"], of["line"]) for method, of in agreement.items()}
    margin, n = next((test["margin"], test["n"]) for test, _ in tests.values())
    published = P_AGAINST_IY if reference == REFERENCE else {}
    said = "the true activity in voxels" if reference == TRUTH else reference
    rows: list[Sequence[Text]] = [
        [
            method,
            signed(test["mean_difference"], 4),
            interval(test["interval_95"], 4),
            interval(test["interval_90"], 4),
            probability(test["p"]),
            test["verdict"],
            NOTHING if line is None else estimate(line["slope"]["value"], line["slope"]["interval_95"], 2),
            *([published.get(method, "")] if published else []),
        ]
        for method, (test, line) in tests.items()
    ]
    caption = (
        f"{title}, n = {n}: IMBV minus that of {said}. Equivalent: two one-sided tests show at 5 % that the mean "
        f"difference lies within ±{margin:g} (the 90 % interval lies inside). Different: the 95 % interval excludes 0. "
        f"Slope: of the method's IMBV on that of {said}, animal by animal; below 1 it draws animals together."
    )
    intervals = ["mean difference", "95 % interval", "90 % interval"]
    header = ["method", *intervals, "p of equivalence", "verdict", "slope (95 %)"]
    return Table(caption, [*header, *(["p of difference in the paper"] if published else [])], rows)


def components_table(effects: Sequence[Mapping[str, Any]]) -> Table:
    """Show what every component brings: the network with it minus the network without it.

    Args:
        effects: as `compare_methods` gives them under `components`.
    """
    rows = [
        [
            effect["component"],
            f"{effect['network_with']} − {effect['network_without']}",
            name,
            signed(effect["difference"]["mean_difference"], decimals),
            interval(effect["difference"]["interval_95"], decimals),
            probability(effect["p_holm"]),
            probability(effect["difference"]["p_wilcoxon"]),
        ]
        for effect in effects
        for name, decimals in [MEASURES[effect["measure"]]]
    ]
    caption = (
        "Effect of every component, over animals: the network with it minus that without. Dynamic kernels bring 1.6 "
        "times the parameters and, as printed, start at half the scale of static ones. p: paired t-test with Holm's "
        "correction over all rows of this table; Wilcoxon's uncorrected. An error that falls and an SSIM that rises "
        "are gains."
    )
    header = ["component", "networks", "measure", "difference", "95 % interval", "p (t, Holm)", "p (Wilcoxon)"]
    return Table(caption, header, rows)


def _mean(described: Mapping[str, Any], measure: str) -> str:
    write = signed if measure.startswith("imbv_error") else unsigned
    return estimate(described["mean"], described["interval_95"], MEASURES[measure][1], write)


def _equals(p: float) -> str:
    written = probability(p)
    return written if written.startswith("<") else f"= {written}"
