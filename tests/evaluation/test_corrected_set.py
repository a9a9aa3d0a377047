"""A cohort's test animals, corrected by the members of a comparison."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.evaluation.corrected_set import CorrectedSet, read_corrected_set
from custom.evaluation.measures import methods_of
from custom.evaluation.trained import Trained, read_trained
from tests.faked_comparison import write_comparison

Compared = tuple[Path, dict[str, Trained]]


@pytest.fixture(scope="module")
def compared(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    folder = write_comparison(tmp_path_factory.mktemp("comparison"), {"cohort": cohort})
    return folder / "corrected" / "cohort", read_trained(folder)


@pytest.fixture(scope="module")
def corrected_set(compared: Compared, studies: list[dict[str, str]], cohort: Path) -> CorrectedSet:
    folder, trained = compared
    return read_corrected_set(folder, studies[:2], cohort, trained)


def test_a_network_of_the_paper_bears_its_name_and_what_is_set_apart_its_own(corrected_set: CorrectedSet) -> None:
    assert methods_of(corrected_set.measures) == [
        "no correction",
        *("U-net-BV", "Dy-U-CT", "DC-Dy-U-BV"),
        *("unet_bv_kernel_scale-0.5", "dc_dy_unet_bv_label_kind-truth", "dc_dy_unet_bv_seed-2", "richardson_lucy"),
        *("iterative Yang", "truth"),
    ]
    folders = {
        method: of[corrected_set.studies[0]["study"]].volume.parts[-3] for method, of in corrected_set.methods.items()
    }
    assert folders["DC-Dy-U-BV"] == "dc_dy_unet_bv"
    assert folders["dc_dy_unet_bv_seed-2"] == "dc_dy_unet_bv_seed-2"


def test_the_papers_methods_are_told_apart(corrected_set: CorrectedSet) -> None:
    methods = methods_of(corrected_set.of_the_paper)
    assert methods == ["no correction", "U-net-BV", "Dy-U-CT", "DC-Dy-U-BV", "iterative Yang", "truth"]
    assert corrected_set.n_animals == 1


def test_where_all_corrections_may_be_gone_there_is_what_needs_none(
    compared: Compared, studies: list[dict[str, str]], cohort: Path, tmp_path: Path
) -> None:
    gone, trained = tmp_path / "gone", compared[1]
    measures = read_corrected_set(gone, studies[:1], cohort, trained, may_be_gone=True).measures
    assert methods_of(measures) == ["no correction", "iterative Yang", "truth"]
    with pytest.raises(BadInput, match="must have a folder for each method"):
        read_corrected_set(gone, studies[:1], cohort, trained)


def test_a_seed_alone_does_not_stand_for_its_network(
    compared: Compared, studies: list[dict[str, str]], cohort: Path, tmp_path: Path
) -> None:
    folder, trained = compared
    shutil.copytree(folder / "dc_dy_unet_bv_seed-2", tmp_path / "dc_dy_unet_bv_seed-2")
    assert list(read_corrected_set(tmp_path, studies[:1], cohort, trained).methods) == ["dc_dy_unet_bv_seed-2"]


def test_corrections_by_other_weights_are_refused(
    compared: Compared, studies: list[dict[str, str]], cohort: Path
) -> None:
    folder, trained = compared
    anew = Trained(record={**trained["unet_bv"].record, "sha256": "f" * 64}, curve=trained["unet_bv"].curve)
    with pytest.raises(BadInput, match="corrected with the weights that members"):
        read_corrected_set(folder, studies[:1], cohort, {**trained, "unet_bv": anew})
