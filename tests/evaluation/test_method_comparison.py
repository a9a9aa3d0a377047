"""All statistics together: what is compared with what, and over which subjects."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from custom.evaluation.measures import Measures
from custom.evaluation.method_comparison import compare_methods

METHODS = ("no correction", "U-net", "Dy-U", "iterative Yang", "truth")
OF_NETWORKS = METHODS[:3]


def random_rows(n_animals: int) -> list[Measures]:
    generator = np.random.default_rng(n_animals)
    rows = []
    for animal in range(n_animals):
        for gate, imbv in (("ed", generator.normal(0.15, 0.03)), ("es", generator.normal(0.11, 0.03))):
            for place, method in enumerate(METHODS):
                value = generator.normal(imbv + 0.02 * (len(METHODS) - place), 0.01)
                quality = generator.uniform(0.8, 0.9) if method in OF_NETWORKS else None
                rows.append(
                    Measures(
                        study=f"{animal}_gate-{gate}", animal=str(animal), gate=gate, method=method, imbv=value,
                        ssim=quality, psnr_db=quality, rmse=quality,
                    )
                )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def rows() -> list[Measures]:
    return random_rows(6)


@pytest.fixture(scope="module")
def comparison(rows: list[Measures]) -> dict:
    return compare_methods(rows)


def test_it_is_given_over_animals_and_in_the_papers_way(comparison: dict) -> None:
    assert {name: part["n"] for name, part in comparison.items()} == {
        "over_animals": 6,
        "over_volumes_as_in_the_paper": 12,
    }


def test_means_are_over_animals_of_means_over_gates(rows: list[Measures], comparison: dict) -> None:
    animals = np.reshape([row.imbv for row in rows if row.method == METHODS[0]], (6, 2)).mean(axis=1)
    described = comparison["over_animals"]["means"]["imbv"][METHODS[0]]
    assert described["mean"] == pytest.approx(animals.mean())
    assert described["interval_95"] == pytest.approx(stats.t.interval(0.95, 5, animals.mean(), stats.sem(animals)))
    assert "iterative Yang" not in comparison["over_animals"]["means"]["ssim"]


def test_the_truth_is_no_method_that_others_are_compared_with(comparison: dict) -> None:
    variance = comparison["over_animals"]["variance"]
    assert variance["imbv"]["methods"] == list(METHODS[:4])
    assert [(pair["first"], pair["second"]) for pair in variance["imbv"]["pairs"]] == list(combinations(METHODS[:4], 2))
    assert [variance[name]["methods"] for name in ("ssim", "psnr_db", "rmse")] == [list(OF_NETWORKS)] * 3


def test_agreement_is_with_the_reference_and_with_the_truth(rows: list[Measures], comparison: dict) -> None:
    agreement = comparison["over_volumes_as_in_the_paper"]["imbv_agreement"]
    assert {name: set(methods) for name, methods in agreement.items()} == {
        name: set(METHODS) - {name} for name in ("iterative Yang", "truth")
    }
    values, reference = (
        np.array([row.imbv for row in rows if row.method == name]) for name in ("Dy-U", "iterative Yang")
    )
    found = agreement["iterative Yang"]["Dy-U"]
    assert found["difference"]["mean_difference"] == pytest.approx((values - reference).mean())
    assert found["difference"]["p_t_test"] == pytest.approx(stats.ttest_rel(values, reference).pvalue)
    assert found["equivalence"]["margin"] == 0.015
    assert found["line"]["slope"]["value"] == pytest.approx(stats.linregress(reference, values).slope)


def test_components_are_those_of_the_networks_at_hand(comparison: dict) -> None:
    effects = comparison["over_animals"]["components"]
    assert {(effect["network_without"], effect["network_with"]) for effect in effects} == {("U-net", "Dy-U")}


@pytest.mark.parametrize("n_animals", [1, 2, 3])
def test_it_goes_into_json_however_few_animals_there_are(n_animals: int) -> None:
    comparison = json.loads(json.dumps(compare_methods(random_rows(n_animals)), allow_nan=False))
    over_animals = comparison["over_animals"]
    assert (over_animals["variance"]["imbv"] is None) == (n_animals < 2)
    assert (over_animals["imbv_agreement"]["truth"]["U-net"]["line"] is None) == (n_animals < 3)
