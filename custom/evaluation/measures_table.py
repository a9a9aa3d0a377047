"""All measures of a results page as one table: for statisticians, and for a page that is made anew."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from custom.errors import BadInput
from custom.evaluation.measures import NUMBERS, Measures
from custom.evaluation.segments import SEGMENTS

WHICH = ("study", "animal", "gate", "method")
HEADER = ("test_set", *WHICH, "weights", *NUMBERS, *SEGMENTS)

Table = Sequence[Mapping[str, str]]


def write_measures(
    path: Path, measures: Mapping[str, Sequence[Measures]], weights: Mapping[str, str], decimals: int = 6
) -> None:
    """Write a line for every study and method.

    Args:
        path: CSV file.
        measures: rows by test set.
        weights: SHA-256 of the weights of every method that is a trained network.
        decimals: of every number.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(HEADER)
        for test_set, rows in measures.items():
            for row in rows:
                numbers = [*(getattr(row, name) for name in NUMBERS), *row.segments]
                written = ["" if number is None else f"{number:.{decimals}f}" for number in numbers]
                which = [getattr(row, name) for name in WHICH]
                table.writerow([test_set, *which, weights.get(row.method, ""), *written])


def read_table(path: str | Path) -> Table:
    """Read what `write_measures` wrote, line by line.

    Raises:
        BadInput: no such table.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            table = csv.DictReader(file)
            lines = list(table)
            header = tuple(table.fieldnames or ())
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"a table of measures must be a CSV file, got {path} ({error}); is the path right?") from error
    if header != HEADER or any(None in line or None in line.values() for line in lines):
        raise BadInput(
            f"a table of measures has the columns {', '.join(HEADER)} in every line, {path} has others; did another "
            "version write it?"
        )
    return lines


def measures_of(table: Table, test_set: str, weights: Mapping[str, str], studies: Sequence[str]) -> list[Measures]:
    """Return the measures of networks that a table holds for all studies of a test set.

    Args:
        table: as `read_table` gives it.
        test_set: which.
        weights: SHA-256 of the weights that each network must have been measured with, by its method.
        studies: names of the studies.

    Raises:
        BadInput: a line with something else than numbers.
    """
    by_network: dict[str, dict[str, Measures]] = {}
    for row in all_measures_of(table, test_set, weights):
        if row.method in weights:
            by_network.setdefault(row.method, {})[row.study] = row
    return [of[study] for of in by_network.values() if of.keys() == set(studies) for study in studies]


def all_measures_of(table: Table, test_set: str, weights: Mapping[str, str]) -> list[Measures]:
    """Return all measures that a table holds for a test set, but for networks that have other weights now.

    Args:
        table: as `read_table` gives it.
        test_set: which.
        weights: SHA-256 of the weights of every network, by its method.

    Raises:
        BadInput: a line with something else than numbers.
    """
    lines = [line for line in table if line["test_set"] == test_set]
    return [_measures(line) for line in lines if not line["weights"] or _is_of(line, weights)]


def _is_of(line: Mapping[str, str], weights: Mapping[str, str]) -> bool:
    return line["method"] in weights and line["weights"] == weights[line["method"]]


def _measures(line: Mapping[str, str]) -> Measures:
    try:
        row: dict[str, Any] = {name: line[name] for name in WHICH}
        row |= {name: float(line[name]) if line[name] else None for name in NUMBERS}
        return Measures(
            **row | {"imbv": float(line["imbv"]), "segments": tuple(float(line[name]) for name in SEGMENTS)}
        )
    except ValueError as error:
        raise BadInput(f"measures are numbers, got {error} for {line['method']}, {line['study']}") from error
