"""The run `description`: a cohort of virtual animals in pictures and tables."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from tqdm import tqdm

from custom.errors import BadInput
from custom.evaluation.animal_picture import animal_picture, choose_animals
from custom.evaluation.beside_real import Volume, real_and_virtual
from custom.evaluation.cohort import Cohort, read_cohort
from custom.evaluation.cohort_numbers import cohort_numbers
from custom.evaluation.cohort_tables import cohort_tables
from custom.evaluation.compact_png import save_compact_png
from custom.evaluation.distributions import distributions
from custom.evaluation.gate_files import read_heart_beat
from custom.evaluation.gate_strip import gate_strip
from custom.evaluation.imbv_recovery import imbv_recovery
from custom.evaluation.results import prepare_folder, written_whole
from custom.evaluation.wrong_gate import read_other_gate, wrong_gate_numbers
from custom.evaluation.wrong_gate_picture import wrong_gate_of_test_animal
from custom.settings import check_whole

Drawing = Callable[[], Figure]

logger = logging.getLogger(__name__)


def describe_cohort(
    *,
    dataset_dir: str | Path,
    output_dir: str | Path,
    overwrite: bool = False,
    animals: int = 3,
    wrong_gate_dir: str | Path | None = None,
    gates_dir: str | Path | None = None,
    perfusion_dir: str | Path | None = None,
    study: Volume | None = None,
    study_credit: str | None = None,
) -> Path:
    """Write pictures and tables of a cohort.

    Args:
        dataset_dir: the cohort, as the run `simulation` wrote it.
        output_dir: gets tables.md, description.json and the pictures.
        overwrite: whether results that stand there are replaced.
        animals: how many are pictured, at most.
        wrong_gate_dir: the cohort, or some of its animals, corrected by the CT of the other gate; adds wrong_gate.png.
        gates_dir: the reconstructed gates of one animal, see `read_heart_beat`; adds gates.png.
        perfusion_dir: a cohort of a perfusion tracer, whose first test animal is shown beside the study.
        study: a real reconstructed perfusion study; adds real_and_virtual.png.
        study_credit: to whom the study is owed, stated under the picture.

    Returns:
        The folder of the results.

    Raises:
        BadInput: a cohort or file that is missing or does not fit the others, fewer than two animals, a study without
            its credit or without a perfusion cohort, or results that are not to be replaced.
    """
    check_whole(animals=animals)
    cohort = _read_blood(dataset_dir)
    numbers = cohort_numbers(cohort)
    drawings = _drawings_of(cohort, animals)
    if study is not None or perfusion_dir is not None:
        drawings["real_and_virtual"] = _beside(study, study_credit, perfusion_dir)
    if gates_dir is not None:
        drawings["gates"] = partial(gate_strip, read_heart_beat(gates_dir))
    both_gates = None if wrong_gate_dir is None else read_other_gate(cohort, wrong_gate_dir)
    if both_gates is not None:
        drawings["wrong_gate"] = partial(wrong_gate_of_test_animal, *both_gates)
    names = ["tables.md", "description.json", *(f"{name}.png" for name in drawings)]
    folder = prepare_folder(output_dir, names, overwrite)
    if both_gates is not None:
        numbers["wrong_gate"] = wrong_gate_numbers(*both_gates)
    _write(folder, numbers, drawings)
    logger.info("The description of %d simulated animals is in %s", len(cohort.animals), folder)
    return folder


def _read_blood(dataset_dir: str | Path) -> Cohort:
    cohort = read_cohort(dataset_dir)
    if cohort.tracer != "red_blood_cells":
        raise BadInput(
            "dataset_dir must hold a cohort of the tracer red_blood_cells, as blood volume is described, got "
            f"{cohort.tracer}; give a cohort of perfusion as perfusion_dir"
        )
    if cohort.registration != {"shift_mm": 0.0, "gate": "same"}:
        raise BadInput(
            "dataset_dir must hold a cohort whose CT lies exactly over the images, got one with a registration error, "
            f"{dict(cohort.registration)}; give one of the other gate's CT as wrong_gate_dir"
        )
    return cohort


def _drawings_of(cohort: Cohort, animals: int) -> dict[str, Drawing]:
    """Return what draws each picture of the cohort alone."""
    drawings: dict[str, Drawing] = {
        "distributions": partial(distributions, cohort.animals),
        "imbv": partial(imbv_recovery, cohort.animals),
    }
    for animal in choose_animals(cohort.animals, animals):
        drawings[f"animal_{animal.name}"] = partial(animal_picture, animal)
    return drawings


def _beside(study: Volume | None, credit: str | None, perfusion_dir: str | Path | None) -> Drawing:
    if study is None or perfusion_dir is None or not credit:
        raise BadInput(
            "a real study is shown beside a virtual one, with its source: study, study_credit and perfusion_dir come "
            f"together or not at all, got {'a' if study is not None else 'no'} study, study_credit {credit!r} and "
            f"perfusion_dir {perfusion_dir}"
        )
    perfusion = read_cohort(perfusion_dir)
    if perfusion.tracer != "perfusion":
        raise BadInput(
            f"perfusion_dir must hold a cohort of the tracer perfusion, got {perfusion.tracer} in {perfusion_dir}"
        )
    animal = next((one for one in perfusion.animals if one.split == "test"), perfusion.animals[0])
    return partial(real_and_virtual, study, animal, credit=credit)


def _write(folder: Path, numbers: dict[str, Any], drawings: dict[str, Drawing]) -> None:
    with written_whole(folder) as partial:
        (partial / "description.json").write_text(json.dumps(numbers, indent=2, allow_nan=False), encoding="utf-8")
        (partial / "tables.md").write_text(cohort_tables(numbers), encoding="utf-8")
        for name, draw in tqdm(drawings.items(), desc="drawing", unit="picture"):
            save_compact_png(draw(), partial / f"{name}.png")
