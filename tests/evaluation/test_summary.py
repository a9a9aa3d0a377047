"""Summaries, of measures one can do in the head."""

from __future__ import annotations

import json

import pytest

from custom.evaluation.measures import Measures
from custom.evaluation.statistics import holm
from custom.evaluation.summary import summarise

METHODS = ("no correction", "network", "iterative Yang", "truth")
#          animal, gate: IMBV of the four methods
IMBV = {
    ("a", "ed"): (0.30, 0.20, 0.19, 0.15),
    ("a", "es"): (0.26, 0.16, 0.15, 0.11),
    ("b", "ed"): (0.40, 0.26, 0.20, 0.16),
    ("b", "es"): (0.36, 0.22, 0.16, 0.12),
}
SSIM = {"no correction": 0.8, "network": 0.9}


@pytest.fixture
def summary() -> dict:
    rows = [
        Measures(
            study=f"{animal}_gate-{gate}", animal=animal, gate=gate, method=method, imbv=imbv,
            ssim=SSIM.get(method), psnr_db=SSIM.get(method), rmse=SSIM.get(method),
        )
        for (animal, gate), values in IMBV.items()
        for method, imbv in zip(METHODS, values, strict=True)
    ]  # fmt: skip
    return summarise(rows)


def test_methods_are_described_over_studies(summary: dict) -> None:
    assert (summary["n_studies"], summary["n_animals"]) == (4, 2)
    assert summary["methods"]["no correction"]["imbv"]["mean"] == pytest.approx(0.33)
    assert summary["methods"]["no correction"]["imbv"]["n"] == 4
    assert summary["methods"]["network"]["ssim"]["mean"] == pytest.approx(0.9)
    assert set(summary["methods"]["truth"]) == {"imbv"}


def test_every_correction_is_compared_with_what_stands_before_and_behind_it() -> None:
    """Three corrections: 3 pairs with no correction, 4 with iterative Yang, 4 with the truth, 3 for each quality."""
    methods = ("no correction", "U-net", "Dy-U", "richardson_lucy", "iterative Yang", "truth")
    rows = [
        Measures(study=f"{animal}_gate-ed", animal=animal, gate="ed", method=method, imbv=n, ssim=n, psnr_db=n, rmse=n)
        for animal in "ab"
        for n, method in enumerate(methods)
    ]
    compared = summarise(rows)["comparisons_over_animals"]
    numbers = {measure: len(pairs) for measure, pairs in compared.items()}
    assert numbers == {"imbv": 11, "ssim": 3, "psnr_db": 3, "rmse": 3}
    assert list(compared["rmse"]) == [f"{method} - no correction" for method in methods[1:4]]
    assert {"Dy-U - iterative Yang", "iterative Yang - truth", "no correction - iterative Yang"} <= set(
        compared["imbv"]
    )


def test_gates_are_described_on_their_own(summary: dict) -> None:
    assert summary["gates"]["ed"]["network"]["imbv"]["mean"] == pytest.approx(0.23)
    assert summary["gates"]["es"]["network"]["imbv"]["mean"] == pytest.approx(0.19)


def test_methods_are_compared_over_animals(summary: dict) -> None:
    comparison = summary["comparisons_over_animals"]["imbv"]["network - iterative Yang"]
    assert comparison["n"] == 2  # not 4: the gates of one animal are not independent
    assert comparison["mean_difference"] == pytest.approx((0.01 + 0.06) / 2)
    assert comparison["sd_difference"] == pytest.approx(0.05 / 2**0.5)


@pytest.mark.parametrize("test", ["p_t_test", "p_wilcoxon"])
def test_p_values_are_also_given_corrected_for_all_comparisons(summary: dict, test: str) -> None:
    comparisons = [c for pairs in summary["comparisons_over_animals"].values() for c in pairs.values()]
    assert len(comparisons) == 8
    p_values = [comparison[test] for comparison in comparisons]
    assert None in p_values, "here image quality has no spread, which leaves nothing to test"
    assert [comparison[f"{test}_holm"] for comparison in comparisons] == holm(p_values)
    first = summary["comparisons_over_animals"]["imbv"]["network - no correction"]
    assert first[f"{test}_holm"] > first[test]


def test_it_goes_into_json(summary: dict) -> None:
    assert json.loads(json.dumps(summary, allow_nan=False))["n_animals"] == 2
