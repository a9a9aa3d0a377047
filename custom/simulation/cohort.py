"""A cohort of virtual animals on disk: run `simulation`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from custom.cluster import run_each
from custom.errors import BadInput
from custom.projection.block_products import N_TOGETHER
from custom.scanner.camera import load_camera
from custom.scanner.list_mode import TRACERS
from custom.settings import check_device, check_whole, check_yes_or_no
from custom.simulation.acquisition import open_laboratory
from custom.simulation.case import finish_cases
from custom.simulation.case_files import subject, write_case
from custom.simulation.cohort_files import SPLITS, is_finished, remove_lists, write_dataset
from custom.simulation.gating import GATES
from custom.simulation.imaging import image_animal
from custom.simulation.impossible import refuse_impossible
from custom.simulation.plan import Plan
from custom.simulation.ranges import CANINE_FILE, load_ranges
from custom.simulation.recipe import Recipe
from custom.simulation.registration import Registration

ANIMALS_TOGETHER = N_TOGETHER // len(GATES)
"""Animals whose gates share each pass over the system matrix."""

logger = logging.getLogger(__name__)


def simulate_cohort(
    *,
    n_animals: int,
    seed: int,
    output_dir: str | Path,
    camera: str | Path,
    first_animal: int = 1,
    split: str | None = None,
    tracer: str = "red_blood_cells",
    ranges: str | Path | None = None,
    changed_ranges: str | Path | None = None,
    n_iterations: int = 80,
    n_yang_iterations: int = 10,
    ct_shift_mm: float = 0.0,
    ct_gate: str = "same",
    list_mode: bool = False,
    overwrite: bool = False,
    cache_dir: str | Path | None = None,
    device: str = "cpu",
    scheduler: str | None = None,
    n_workers: int | None = None,
    progress: bool = True,
) -> Path:
    """Write virtual animals, each with an end-diastolic and an end-systolic gate; go on where a killed run stopped.

    Up to four animals are computed together, on one thread, so that neither the number of cores nor the other animals
    change a bit of one; several such groups at once keep the cores busy. With its events an animal goes alone.

    Args:
        n_animals: how many, at least 1.
        seed: of all random numbers; animal k of a seed is the same whichever others there are.
        output_dir: folder of the cohort.
        camera: the camera's YAML file.
        first_animal: number of the first; the others follow.
        split: "training", "validation" or "test" for all animals; default the paper's proportion of 15 : 3 : 10.
        tracer: "red_blood_cells" or "perfusion".
        ranges: YAML file of the ranges; default `canine.yaml`.
        changed_ranges: a second such file, whose ranges replace those of the same names.
        n_iterations: of MLEM.
        n_yang_iterations: of iterative Yang.
        ct_shift_mm: registration error: length of a rigid shift of the contrast CT and of the regions outlined on it.
        ct_gate: registration error: "other" outlines them on the CT of the other gate.
        list_mode: keep each animal's whole scan, event by event (some 100 MB), with the truth of all eight gates.
        overwrite: replace animals that were made with other settings.
        cache_dir: where system matrices are kept; default the user's cache folder.
        device: of reconstruction and correction.
        scheduler: address of a running Dask scheduler; default workers of our own.
        n_workers: groups at once, as workers of our own; default as many as cores and memory allow.
        progress: show progress bars.

    Returns:
        Path of `dataset.json`, which lists the cases.

    Raises:
        BadInput: a setting or an animal that cannot be, before anything is written; a folder that holds another
            cohort's animals or cannot be written; or some animals failed, and the others are written.
    """
    check_whole(first_animal=first_animal)
    check_yes_or_no(overwrite=overwrite, list_mode=list_mode)
    _check(n_animals, seed, split, tracer, n_iterations, n_yang_iterations, device)
    plan = Plan(
        n_animals=n_animals,
        first_animal=first_animal,
        split=split,
        seed=seed,
        recipe=Recipe(
            tracer=tracer,
            n_iterations=n_iterations,
            n_yang_iterations=n_yang_iterations,
            registration=Registration(shift_mm=ct_shift_mm, gate=ct_gate),
            list_mode=list_mode,
        ),
        camera=load_camera(camera),
        ranges=load_ranges(CANINE_FILE if ranges is None else ranges, changed=changed_ranges),
        device=device,
    )
    refuse_impossible(plan)
    folder = _writable(output_dir)
    missing = [animal for animal in plan.animals if not is_finished(folder, plan, animal, overwrite)]
    if missing:
        remove_lists(folder)  # or they would tell of animals that this run replaces, should it be killed
        matrices = None if cache_dir is None else Path(cache_dir).absolute()
        open_laboratory(plan.camera, cache_dir=matrices, progress=progress)  # kept there once for all animals
        together = 1 if list_mode else ANIMALS_TOGETHER  # the events of several would not fit a worker's memory
        write = partial(_write_animals, folder, plan, matrices, progress and len(missing) <= together)
        failures = run_each(
            write,
            missing,
            together=together,
            scheduler=scheduler,
            n_workers=n_workers,
            description="virtual animals",
            unit="animal",
            progress=progress,
        )
        _check_failures(failures)
    path = write_dataset(folder, plan)
    logger.info("%d simulated animals, two gates each, in %s", n_animals, folder)
    return path


def _write_animals(
    folder: Path, plan: Plan, matrices: Path | None, progress: bool, animals: Sequence[int]
) -> dict[int, str]:
    """Simulate some animals and write them; return for each that fails the reason."""
    failures, imaged = {}, {}
    laboratory = open_laboratory(plan.camera, cache_dir=matrices, device=plan.device, progress=False)
    for animal in animals:
        try:
            imaged[animal] = image_animal(laboratory, plan.ranges, plan.recipe, seed=plan.seed, animal=animal)
        except BadInput as error:
            failures[animal] = str(error)
    cases = finish_cases(laboratory, list(imaged.values()), plan.recipe, progress=progress) if imaged else []
    for animal, case in zip(imaged, cases, strict=True):
        try:
            write_case(folder, case, plan.identity(animal), plan.camera.grid)
        except BadInput as error:
            failures[animal] = str(error)
    return failures


def _check_failures(failures: dict[int, str]) -> None:
    if failures:
        listed = "; ".join(f"{subject(animal)}: {reason}" for animal, reason in sorted(failures.items()))
        raise BadInput(f"every animal should succeed, got {len(failures)} that failed: {listed}")


def _check(
    n_animals: int,
    seed: int,
    split: str | None,
    tracer: str,
    n_iterations: int,
    n_yang_iterations: int,
    device: str,
) -> None:
    check_whole(n_animals=n_animals, n_iterations=n_iterations, n_yang_iterations=n_yang_iterations)
    check_whole(seed=seed, smallest=0)
    if split not in (None, *SPLITS):
        raise BadInput(f"split must be one of {', '.join(SPLITS)}, or null to deal animals out, got {split!r}")
    if tracer not in TRACERS:
        raise BadInput(f"tracer must be one of {', '.join(TRACERS)}, got {tracer!r}; check the spelling")
    check_device(device)


def _writable(output_dir: str | Path) -> Path:
    folder = Path(output_dir).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"output_dir must be a folder one can write, got {output_dir} ({error.strerror})") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"output_dir must be writable, got {output_dir}; is the folder yours?")
    return folder
