"""Tables of what tells methods apart."""

from __future__ import annotations

from custom.evaluation.comparison_tables import (
    components_table,
    equivalence_table,
    means_table,
    pairs_table,
    variance_sentence,
)

METHODS = ["no correction", "Dy-U-BV", "iterative Yang"]
VARIANCE = {
    "methods": METHODS,
    "f": 123.456,
    "df_methods": 2,
    "df_error": 18,
    "p": 1e-9,
    "epsilon": 0.61,
    "p_greenhouse_geisser": 0.004,
    "pairs": [
        {"first": "no correction", "second": "Dy-U-BV", "p_tukey": 1e-5, "p_holm": 0.011},
        {"first": "no correction", "second": "iterative Yang", "p_tukey": 1e-6, "p_holm": 0.012},
        {"first": "Dy-U-BV", "second": "iterative Yang", "p_tukey": 0.5, "p_holm": None},
    ],
}


def test_means_stand_with_their_intervals_and_errors_with_their_sign() -> None:
    network = {"mean": 0.15123, "interval_95": (0.1399, 0.1601)}
    means = {
        "imbv": {"network": network, "truth": network, "iterative Yang": {"mean": 0.12, "interval_95": None}},
        "imbv_error": {"network": {"mean": 0.0302, "interval_95": (-0.0011, 0.0616)}},
        "psnr_db": {"network": {"mean": 32.178, "interval_95": (31.4, 32.9)}},
    }
    table = means_table(means, title="ten animals")
    assert table.header == ["method", "IMBV", "IMBV − iterative Yang", "PSNR (dB)"]
    assert table.rows == [
        ["network", "0.151 (0.140 to 0.160)", "+0.030 (−0.001 to +0.062)", "32.18 (31.40 to 32.90)"],
        ["iterative Yang", "0.120", "—", "—"],
    ]


def test_the_analysis_is_told_in_a_sentence() -> None:
    assert variance_sentence(VARIANCE, "imbv").text == (
        "IMBV: analysis of variance with repeated measures, F(2, 18) = 123.5, p < 0.001; with Greenhouse and Geisser's "
        "correction (ε = 0.61) p = 0.004."
    )


def test_tukey_stands_above_the_diagonal_and_holm_below() -> None:
    table = pairs_table(VARIANCE, "imbv")
    assert list(table.header) == ["", *METHODS]
    assert table.rows == [
        ["no correction", "—", "< 0.001", "< 0.001"],
        ["Dy-U-BV", "0.011", "—", "0.50"],
        ["iterative Yang", "0.012", "—", "—"],
    ]


def agreement(low: float, high: float, verdict: str, p: float | None) -> dict:
    test = {"n": 10, "margin": 0.015, "mean_difference": (low + high) / 2, "verdict": verdict, "p": p}
    return {
        "equivalence": {**test, "interval_95": (low, high), "interval_90": None if p is None else (low / 2, high / 2)},
        "line": None if p is None else {"slope": {"value": 0.8, "interval_95": (-0.1, 1.7)}},
    }


def test_equivalence_is_told_with_both_intervals_and_the_papers_p() -> None:
    tests = {
        "Dy-U-BV": agreement(-0.004, 0.006, "equivalent", 0.002),
        "Dy-U (2)": agreement(0.01, 0.03, "different", None),
    }
    table = equivalence_table(tests, title="Forty further animals", reference="iterative Yang")
    assert table.rows == [
        [
            "Dy-U-BV",
            "+0.0010",
            "−0.0040 to +0.0060",
            "−0.0020 to +0.0030",
            "0.002",
            "equivalent",
            "0.80 (−0.10 to 1.70)",
            "0.009",
        ],
        ["Dy-U (2)", "+0.0200", "+0.0100 to +0.0300", "—", "—", "different", "—", ""],
    ]
    assert "Forty further animals, n = 10: IMBV minus that of iterative Yang." in table.markdown()
    assert "±0.015" in table.markdown()


def test_the_paper_knew_no_truth() -> None:
    table = equivalence_table({"Dy-U-BV": agreement(0, 0.01, "equivalent", 0.01)}, title="All", reference="truth")
    assert "p of difference in the paper" not in table.header
    assert len(table.rows[0]) == len(table.header)


def test_effects_name_both_networks_and_are_written_by_their_measure() -> None:
    difference = {"mean_difference": 0.51234, "interval_95": (0.4, 0.6), "p_wilcoxon": 0.002}
    networks = {"component": "CT", "network_without": "Dy-U", "network_with": "Dy-U-CT"}
    table = components_table([{**networks, "measure": "psnr_db", "difference": difference, "p_holm": 0.0004}])
    assert table.rows == [
        ["CT", "Dy-U-CT − Dy-U", "PSNR (dB)", "+0.51", "+0.40 to +0.60", "< 0.001", "0.002"],
    ]
