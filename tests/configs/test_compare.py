"""compare.yaml: what it compares, and by which settings. The README's test runs a comparison."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from monai.bundle import ConfigParser

from tests.configs.conftest import RunConfig
from tests.conftest import REPOSITORY
from tests.virtual_cohort import write_cohort

COMPARE = REPOSITORY / "bundle" / "configs" / "compare.yaml"
PAPER = ["unet", "unet_bv", "unet_ct", "dy_unet", "dy_unet_bv", "dy_unet_ct", "dy_unet_ct_bv", "dc_dy_unet_bv"]


@pytest.fixture(scope="module")
def parser() -> ConfigParser:
    parser = ConfigParser()
    parser.read_config(str(COMPARE))
    parser["bundle_root"] = str(COMPARE.parents[1])
    parser.get_parsed_content("imports")
    return parser


def test_it_compares_the_papers_networks_and_what_makes_their_comparison_fair(parser: ConfigParser) -> None:
    names = [member.name for member in parser.get_parsed_content("listed")]
    assert names[:8] == PAPER
    seeds = [f"{name}_seed-{seed}" for name in ("dc_dy_unet_bv", "dy_unet_bv", "unet_bv_wide") for seed in (2, 3)]
    scales = ["unet_bv_kernel_scale-0.5", "dc_dy_unet_bv_kernel_scale-1.0"]
    exact = ["unet_bv_amp-False", "dy_unet_bv_amp-False", "dy_unet_bv_kernel_scale-1.0_amp-False"]
    assert set(names) == {*PAPER, "unet_bv_wide", *seeds, *scales, *exact, "dc_dy_unet_bv_label_kind-truth"}


def test_its_settings_are_those_of_training_and_inference(parser: ConfigParser, tmp_path: Path) -> None:
    parser["dataset_dir"] = str(write_cohort(tmp_path / "cohort"))
    protocol = parser.get_parsed_content("protocol")
    for member in parser.get_parsed_content("listed"):
        runs = protocol.trainings(member)
        crops, volumes = (run.value("settings") for run in runs.values())
        assert (crops["crop_size"], volumes["crop_size"]) == ([32, 32, 24], None)
        assert crops["seed"] == volumes["seed"] == member.seed
        correction = protocol.correction_of(member, "cohort")
        for name in ("network_name", "image_keys", "dynamic", "dense_connection", "n_filters", "kernel_scale"):
            assert correction.value(name) == runs["crops"].value(name) == runs["volumes"].value(name)


@pytest.fixture
def run(run_config: RunConfig) -> Callable[..., Path]:
    return partial(run_config, "compare")


def test_a_test_set_that_is_not_there_ends_it_before_any_training(tmp_path: Path, refused: Callable[..., str]) -> None:
    cohort = write_cohort(tmp_path / "cohort", n_training=1, n_validation=1, n_test=1)
    sets = {"cohort": str(cohort), "second": str(tmp_path / "nowhere")}
    assert "nowhere" in refused(dataset_dir=str(cohort), test_sets=sets)
