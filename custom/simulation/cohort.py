"""A cohort of virtual animals on disk: run `simulation`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from custom.cluster import run_each
from custom.errors import BadInput
from custom.projection.block_products import N_TOGETHER
from custom.projection.cache import content_key
from custom.projection.system_matrix import FORMAT_VERSION as MATRIX_VERSION
from custom.scanner.camera import Camera, load_camera
from custom.settings import check_device, check_whole
from custom.simulation.acquisition import open_laboratory
from custom.simulation.animal import TRACERS
from custom.simulation.case import Recipe, finish_cases, image_animal
from custom.simulation.case_files import entry, read_identity, subject, write_case, write_json
from custom.simulation.gating import GATES
from custom.simulation.ranges import CANINE_FILE, Ranges, load_ranges

GENERATOR_VERSION = 4
"""Grows whenever the same seed and settings give another animal, so that cohorts are never mixed."""

ANIMALS_TOGETHER = N_TOGETHER // len(GATES)
"""Animals whose gates share each pass over the system matrix."""

DESCRIPTION = (
    "Simulated canine cardiac SPECT: parametric anatomy, emission on a grid twice as fine as the images', attenuation, "
    "scatter, Poisson counts of one of eight gates at end-expiration, MLEM (image) and iterative Yang (label). "
    "Image, label and truth in emitted photons per voxel, ct in HU, mu per mm."
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a cohort is made of.

    Two cohorts with the same identity and animal hold the same bytes, if made by the same kind of processor.
    """

    n_animals: int
    seed: int
    recipe: Recipe
    camera: Camera
    ranges: Ranges
    device: str

    def identity(self, animal: int) -> dict[str, Any]:
        """Return what decides the contents of one animal's case."""
        ranges = {name: {key: asdict(value) for key, value in entries.items()} for name, entries in self.ranges.items()}
        return {
            "generator_version": GENERATOR_VERSION,
            "matrix_version": MATRIX_VERSION,
            "seed": self.seed,
            "animal": animal,
            "recipe": asdict(self.recipe),
            "device": self.device,
            "camera": self.camera.name,
            "camera_hash": content_key(asdict(self.camera)),
            "ranges_hash": content_key(ranges),
        }


def simulate_cohort(
    *,
    n_animals: int,
    seed: int,
    output_dir: str | Path,
    camera: str | Path,
    tracer: str = "red_blood_cells",
    ranges: str | Path | None = None,
    n_iterations: int = 80,
    n_yang_iterations: int = 10,
    overwrite: bool = False,
    cache_dir: str | Path | None = None,
    device: str = "cpu",
    scheduler: str | None = None,
    n_workers: int | None = None,
    progress: bool = True,
) -> Path:
    """Write virtual animals, each with an end-diastolic and an end-systolic gate; go on where a killed run stopped.

    Up to four animals are computed together, on one thread, so that neither the number of cores nor the other animals
    change a bit of one; several such groups at once keep the cores busy.

    Args:
        n_animals: how many, at least 1.
        seed: of all random numbers; animal k of a seed is the same however many there are.
        output_dir: folder of the cohort.
        camera: the camera's YAML file.
        tracer: "red_blood_cells" or "perfusion".
        ranges: YAML file of the ranges; default `canine.yaml`.
        n_iterations: of MLEM.
        n_yang_iterations: of iterative Yang.
        overwrite: replace animals that were made with other settings.
        cache_dir: where system matrices are kept; default the user's cache folder.
        device: of reconstruction and correction.
        scheduler: address of a running Dask scheduler; default workers of our own.
        n_workers: groups at once, as workers of our own; default as many as cores and memory allow.
        progress: show progress bars.

    Returns:
        Path of `dataset.json`, which lists the cases.

    Raises:
        BadInput: a setting that cannot be, a folder that holds another cohort's animals or cannot be written, or some
            animals failed; the others are written.
    """
    _check(n_animals, seed, tracer, n_iterations, n_yang_iterations, device)
    plan = Plan(
        n_animals=n_animals,
        seed=seed,
        recipe=Recipe(tracer=tracer, n_iterations=n_iterations, n_yang_iterations=n_yang_iterations),
        camera=load_camera(camera),
        ranges=load_ranges(CANINE_FILE if ranges is None else ranges),
        device=device,
    )
    folder = _writable(output_dir)
    missing = [animal for animal in range(1, n_animals + 1) if not _is_finished(folder, plan, animal, overwrite)]
    if missing:
        matrices = None if cache_dir is None else Path(cache_dir).absolute()
        open_laboratory(plan.camera, cache_dir=matrices, progress=progress)  # kept there once for all animals
        write = partial(_write_animals, folder, plan, matrices, progress and len(missing) <= ANIMALS_TOGETHER)
        failures = run_each(
            write,
            missing,
            together=ANIMALS_TOGETHER,
            scheduler=scheduler,
            n_workers=n_workers,
            description="virtual animals",
            unit="animal",
            progress=progress,
        )
        _check_failures(failures)
    path = _write_dataset(folder, plan)
    logger.info("%d simulated animals, two gates each, in %s", n_animals, folder)
    return path


def split_animals(n_animals: int) -> dict[str, list[int]]:
    """Deal animals 1 to n out to training, validation and test in the paper's proportion of 15 : 3 : 10.

    The first go to training, the last to test; a single animal is for testing.
    """
    n_test = max(1, round(n_animals * 10 / 28))
    n_validation = min(max(round(n_animals * 3 / 28), 1 if n_animals >= 3 else 0), n_animals - n_test)
    n_training = n_animals - n_test - n_validation
    animals = list(range(1, n_animals + 1))
    return {
        "training": animals[:n_training],
        "validation": animals[n_training : n_training + n_validation],
        "test": animals[n_training + n_validation :],
    }


def _write_animals(
    folder: Path, plan: Plan, matrices: Path | None, progress: bool, animals: Sequence[int]
) -> dict[int, str]:
    """Simulate some animals and write them; return for each that fails the reason."""
    failures, imaged = {}, {}
    laboratory = open_laboratory(plan.camera, cache_dir=matrices, device=plan.device, progress=False)
    for animal in animals:
        try:
            seeds = np.random.SeedSequence([plan.seed, animal])
            imaged[animal] = image_animal(laboratory, plan.ranges, plan.recipe, seeds)
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


def _check(n_animals: int, seed: int, tracer: str, n_iterations: int, n_yang_iterations: int, device: str) -> None:
    check_whole(n_animals=n_animals, n_iterations=n_iterations, n_yang_iterations=n_yang_iterations)
    check_whole(seed=seed, smallest=0)
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


def _is_finished(folder: Path, plan: Plan, animal: int, overwrite: bool) -> bool:
    """Return whether an animal lies there, made by the same plan; refuse one that was made by another."""
    there = folder / subject(animal)
    if not there.exists():
        return False
    found, wanted = read_identity(folder, animal), plan.identity(animal)
    if found == wanted:
        return True
    if not overwrite:
        differing = [key for key in wanted if found.get(key) != wanted[key]] if found else ["set of files"]
        raise BadInput(
            f"output_dir must not hold animals made with other settings, got {there} with another "
            f"{' and '.join(differing)}; give --overwrite True or another folder"
        )
    return False


def _write_dataset(folder: Path, plan: Plan) -> Path:
    splits = {
        name: [entry(animal, gate) for animal in animals for gate in GATES]
        for name, animals in split_animals(plan.n_animals).items()
    }
    head = {
        "name": "virtual canines",
        "description": DESCRIPTION,
        "tracer": plan.recipe.tracer,
        "seed": plan.seed,
        "generator_version": GENERATOR_VERSION,
    }
    write_json(folder / "dataset.json", head | splits)
    return folder / "dataset.json"
