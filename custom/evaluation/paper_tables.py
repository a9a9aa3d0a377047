"""The paper's tables I and II with what came out here, and how methods are ordered in both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from scipy import stats

from custom.evaluation.measures import Measures
from custom.evaluation.methods import REFERENCE, TRUTH
from custom.evaluation.page import Table
from custom.evaluation.page_text import Strong, Text
from custom.evaluation.published import PAPER_SOURCE, PAPER_TABLES
from custom.evaluation.statistics import describe
from custom.evaluation.summary import values_of
from custom.evaluation.written_numbers import NOTHING, mean_and_sd


class Column(NamedTuple):
    """A measure in the paper's tables.

    Args:
        title: of the column.
        decimals: that are written.
        distance: how far a mean is from the best, given that of the reference.
    """

    title: str
    decimals: int
    distance: Callable[[float, float], float]


COLUMNS = {
    "imbv": Column("IMBV", 3, lambda mean, reference: abs(mean - reference)),
    "psnr_db": Column("PSNR (dB)", 2, lambda mean, _: -mean),
    "ssim": Column("SSIM", 4, lambda mean, _: -mean),
    "rmse": Column("RMSE", 4, lambda mean, _: mean),
}


def paper_table(measures: Sequence[Measures]) -> Table:
    """Show mean ± SD of every method, the best in bold, and below it what the paper printed.

    Args:
        measures: one row per study and method; methods stand in the order of the rows.
    """
    methods = list(dict.fromkeys(row.method for row in measures if row.method != TRUTH))
    best = {name: min(of, key=of.__getitem__) for name, of in _distances(_means(measures, methods)).items()}
    rows: list[Sequence[Text]] = []
    for method in methods:
        rows.append([method, *(_cell(measures, method, name, best[name] == method) for name in COLUMNS)])
        if printed := PAPER_TABLES.get(method):
            rows.append(["(the paper)", *(f"({printed[name]})" if name in printed else "" for name in COLUMNS)])
    n_studies, n_animals = (len({getattr(row, name) for row in measures}) for name in ("study", "animal"))
    said = (
        f" Mean ± SD over {n_studies} volumes of {n_animals} simulated animals; PSNR, SSIM and RMSE "
        "against iterative Yang in the slices that hold left-ventricular wall or blood. Bold: the best; for IMBV the "
        "nearest to iterative Yang. In brackets: as printed by the paper for 20 volumes of 10 dogs "
        f"({PAPER_SOURCE}), to compare the order, not the level."
    )
    return Table((Strong("Tables I and II."), said), ["method", *(column.title for column in COLUMNS.values())], rows)


def order_table(measures: Sequence[Measures]) -> Table:
    """Show in which order the paper's methods come here and there, and Kendall's rank correlation τ of both."""
    methods = [method for method in PAPER_TABLES if method in {row.method for row in measures}]
    here = _distances(_means(measures, methods))
    there = _distances({name: _printed_means(methods, name) for name in COLUMNS})
    rows = [
        [column.title, _best_first(here[name]), _best_first(there[name]), _tau(here[name], there[name])]
        for name, column in COLUMNS.items()
    ]
    caption = (
        "Methods from best to worst. τ: Kendall's rank correlation (τ-b, as the paper prints some alike), 1 for the "
        "same order, −1 for the reverse."
    )
    return Table(caption, ["measure", "here", "in the paper", "τ"], rows)


def _cell(measures: Sequence[Measures], method: str, name: str, is_best: bool) -> Text:
    values = [value for value in values_of(measures, name, method) if value is not None]
    if not values:
        return NOTHING
    written = mean_and_sd(describe(values), COLUMNS[name].decimals)
    return Strong(written) if is_best else written


def _means(measures: Sequence[Measures], methods: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the mean of every method that has a measure, by measure."""
    values = {name: {method: values_of(measures, name, method) for method in methods} for name in COLUMNS}
    return {
        name: {method: describe(of).mean for method, of in by_method.items() if None not in of}
        for name, by_method in values.items()
    }


def _printed_means(methods: Sequence[str], name: str) -> dict[str, float]:
    printed = {method: PAPER_TABLES[method][name] for method in methods if name in PAPER_TABLES[method]}
    return {method: float(text.split()[0]) for method, text in printed.items()}


def _distances(means: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Tell how far each method is from the best by each measure; iterative Yang, the reference, is left out."""
    reference = means["imbv"].get(REFERENCE, 0.0)
    return {
        name: {
            method: round(COLUMNS[name].distance(mean, reference), 9)  # printed alike is alike
            for method, mean in of.items()
            if method != REFERENCE
        }
        for name, of in means.items()
    }


def _best_first(distances: Mapping[str, float]) -> str:
    return ", ".join(sorted(distances, key=distances.__getitem__))


def _tau(here: Mapping[str, float], there: Mapping[str, float]) -> str:
    if len(here) < 2:
        return NOTHING
    tau = stats.kendalltau([here[method] for method in there], list(there.values())).statistic
    return f"{tau:.2f}".replace("-", "−")
