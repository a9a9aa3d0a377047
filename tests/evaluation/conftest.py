"""A tiny cohort, corrected, and what is measured of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from custom.data.datalist import read_datalist
from custom.evaluation.measures import Measures, measure_studies
from tests.corrected_cohort import write_corrected
from tests.described_cohort import write_described
from tests.virtual_cohort import write_cohort

KEYS = ("image", "label", "truth", "regions")


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    return write_cohort(folder, n_training=1, n_validation=1, n_test=4)


@pytest.fixture(scope="session")
def corrected(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corrected")
    write_corrected(cohort, folder / "network")
    return folder


@pytest.fixture(scope="session")
def studies(cohort: Path) -> list[dict[str, str]]:
    return read_datalist(cohort, "test", KEYS)


@pytest.fixture(scope="session")
def measures(studies: list[dict[str, str]], corrected: Path, cohort: Path) -> list[Measures]:
    return measure_studies(studies, corrected, cohort)


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_described(tmp_path_factory.mktemp("described"))


@pytest.fixture(scope="session")
def described_wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_described(tmp_path_factory.mktemp("described_wrong"), ct_gate="other")
