"""The numbers beside the results page."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from custom.evaluation.results_numbers import results_numbers
from tests.results_evidence import evidence

BUNDLE = Path(__file__).resolve().parents[2] / "bundle"
CARD = BUNDLE / "docs" / "README.md"
NUMBERS = BUNDLE / "docs" / "results.json"
DECIMALS = {"imbv_error": 3, "ssim": 3, "psnr_db": 1, "rmse": 4}


def test_a_member_is_found_by_its_weights_and_its_method_has_numbers() -> None:
    numbers = json.loads(json.dumps(results_numbers(evidence()), allow_nan=False))
    first, second = numbers["members"].values()
    assert (first["sha256"], first["method"]) == ("1" * 64, "Dy-U-BV")
    assert (second["sha256"], second["method"]) == ("2" * 64, "dy_unet_bv_seed-2")
    for compared in (numbers["paper"], numbers["further"]):
        assert compared["methods"]["Dy-U-BV"]["imbv_error"]["mean"] == pytest.approx(0.02)
        assert compared["methods"]["dy_unet_bv_seed-2"]["imbv_error"]["mean"] == pytest.approx(-0.04)
        assert compared["over_animals"]["imbv"]["network"]["interval_95"] == pytest.approx([0.16, 0.18])
    assert numbers["others"]["animals outside the training's ranges"]["network"]["ssim"]["n"] == 4


def test_without_further_animals_there_are_none() -> None:
    assert results_numbers(replace(evidence(), further=None))["further"] is None


@pytest.mark.skipif(not NUMBERS.is_file(), reason="the results page has not been made yet")
def test_the_metadata_tells_what_the_page_tells_of_the_shipped_weights() -> None:
    numbers = json.loads(NUMBERS.read_text())
    shipped = hashlib.sha256((BUNDLE / "models" / "model.pt").read_bytes()).hexdigest()
    [method] = [one["method"] for one in numbers["members"].values() if one["sha256"] == shipped]
    measured = numbers["paper"]["methods"][method]
    stated = json.loads((BUNDLE / "configs" / "metadata.json").read_text())["eval_metrics"]
    means = {f"mean_{name}": round(measured[name]["mean"], decimals) for name, decimals in DECIMALS.items()}
    assert stated == means


CARD_ROWS = {
    "IMBV": ("imbv", "{:.3f}"),
    "IMBV − iterative Yang": ("imbv_error", "{:+.3f}"),
    "IMBV − that of the tissues": ("imbv_error_tissues", "{:+.3f}"),
    "SSIM": ("ssim", "{:.3f}"),
    "PSNR (dB)": ("psnr_db", "{:.1f}"),
    "RMSE": ("rmse", "{:.4f}"),
}


@pytest.mark.skipif(not NUMBERS.is_file(), reason="the results page has not been made yet")
@pytest.mark.parametrize("line", CARD_ROWS)
def test_the_model_card_tells_the_means_and_intervals_of_the_page(line: str) -> None:
    measure, form = CARD_ROWS[line]
    means = json.loads(NUMBERS.read_text())["paper"]["over_animals"][measure]
    table = [
        [cell.strip() for cell in row.split("|")[1:-1]] for row in CARD.read_text().splitlines() if row[:2] == "| "
    ]
    [methods] = [row[1:] for row in table if "no correction" in row]
    [cells] = [row[1:] for row in table if row[0] == line]
    assert cells == [_written(means.get(method), form) for method in methods]


def _written(described: dict | None, form: str) -> str:
    if described is None:
        return ""
    numbers = [form.format(number).replace("-", "−") for number in (described["mean"], *described["interval_95"])]
    return "{} ({} to {})".format(*numbers)
