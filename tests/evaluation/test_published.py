"""Published values, against what they are said to be at 25 kg."""

from __future__ import annotations

import numpy as np
import pytest

from custom.evaluation import published


def test_cornells_dog_of_25_kg_has_a_ventricle_of_39_mm_and_a_wall_of_9_mm() -> None:
    weight = np.array([25.0])
    assert published.inner_diameter_mm(weight) == pytest.approx([39.4], abs=0.05)
    assert published.wall_mm(weight) == pytest.approx([8.86], abs=0.01)


def test_the_papers_correction_takes_a_fifth_of_imbv_away() -> None:
    assert round(published.UNCORRECTED_OVER_IY, 2) == 1.25


def mean_and_sd(printed: str) -> list[float]:
    return [float(number) for number in printed.split(" ± ")]


def test_the_papers_tables_hold_what_the_repository_says_of_them() -> None:
    """The ratio above, eight networks, and the paper's words: DC-Dy-U-BV nearest to iterative Yang without CT."""
    tables = published.PAPER_TABLES
    means = {method: mean_and_sd(row["imbv"])[0] for method, row in tables.items()}
    assert means["no correction"] / means["iterative Yang"] == published.UNCORRECTED_OVER_IY
    networks = [method for method in tables if method not in ("no correction", "iterative Yang")]
    assert len(networks) == 8
    without_ct = [method for method in networks if "CT" not in method]
    assert min(without_ct, key=lambda method: abs(means[method] - means["iterative Yang"])) == "DC-Dy-U-BV"
    assert min(networks, key=lambda method: abs(means[method] - means["iterative Yang"])) == "Dy-U-CT-BV"


def test_every_network_of_the_paper_improves_every_measure() -> None:
    tables = published.PAPER_TABLES
    before = {measure: mean_and_sd(printed)[0] for measure, printed in tables["no correction"].items()}
    for method, row in tables.items():
        if method not in ("no correction", "iterative Yang"):
            after = {measure: mean_and_sd(printed)[0] for measure, printed in row.items()}
            assert after["imbv"] < before["imbv"]
            assert after["rmse"] < before["rmse"]
            assert after["ssim"] > before["ssim"]
            assert after["psnr_db"] > before["psnr_db"]


def test_published_probabilities_are_of_networks_in_the_tables() -> None:
    assert published.P_AGAINST_IY.keys() < published.PAPER_TABLES.keys()
