"""The files of a cohort beside its animals' folders, and which animals of a plan lie there already."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from custom.errors import BadInput
from custom.simulation.case_files import entry, needed_files, parameters_file, read_identity, subject
from custom.simulation.checksums import damaged_files
from custom.simulation.gating import GATES
from custom.simulation.plan import GENERATOR_VERSION, Plan
from custom.simulation.whole_files import write_json, write_text

DESCRIPTION = (
    "Simulated canine cardiac SPECT: parametric anatomy, emission on a grid twice as fine as the images', attenuation, "
    "scatter, Poisson counts of one of eight gates at end-expiration, MLEM (image) and iterative Yang (label). "
    "Regions are the true ones, outlined those on the CT, by which the label was made. "
    "Image, label and truth in emitted photons per voxel, ct and full_ct (1 mm voxels) in HU, mu per mm. "
    "SHA256SUMS in each animal's folder holds the checksums of its files."
)

SPLITS = ("training", "validation", "test")

logger = logging.getLogger(__name__)


def split_animals(animals: Sequence[int], split: str | None = None) -> dict[str, list[int]]:
    """Give all animals to one split, or deal them out in the paper's proportion of 15 : 3 : 10.

    The first go to training, the last to test; a single animal is for testing.

    Args:
        animals: their numbers, at least one.
        split: one of `SPLITS`, or None to deal them out.
    """
    if split is not None:
        return {name: list(animals) if name == split else [] for name in SPLITS}
    n_animals = len(animals)
    n_test = max(1, round(n_animals * 10 / 28))
    n_validation = min(max(round(n_animals * 3 / 28), 1 if n_animals >= 3 else 0), n_animals - n_test)
    n_training = n_animals - n_test - n_validation
    return {
        "training": list(animals[:n_training]),
        "validation": list(animals[n_training : n_training + n_validation]),
        "test": list(animals[n_training + n_validation :]),
    }


def is_finished(folder: Path, plan: Plan, animal: int, overwrite: bool) -> bool:
    """Return whether an animal lies there, whole and made by the same plan.

    A damaged one, of which a file is missing or does not have its checksum, is to be made again.

    Raises:
        BadInput: the folder holds an animal that was made by another plan, or something else.
    """
    there = folder / subject(animal)
    if not there.exists():
        return False
    damaged = damaged_files(there, needed_files(animal))
    found, wanted = read_identity(folder, animal), plan.identity(animal)
    if found == wanted or parameters_file(folder, animal).name in damaged:  # then its identity cannot be believed
        if damaged:
            logger.warning("%s is damaged (%s); it is made again", subject(animal), ", ".join(damaged))
        return not damaged
    if not overwrite:
        differing = [key for key in wanted if found.get(key) != wanted[key]] if found else ["set of files"]
        raise BadInput(
            f"output_dir must not hold animals made with other settings, got {there} with another "
            f"{' and '.join(differing)}; give --overwrite True or another folder"
        )
    return False


def remove_lists(folder: Path) -> None:
    """Remove `dataset.json` and `participants.tsv`, which stand only while all their animals do."""
    for name in ("dataset.json", "participants.tsv"):
        (folder / name).unlink(missing_ok=True)


def write_dataset(folder: Path, plan: Plan) -> Path:
    """Write `dataset.json`, cases listed as in the Medical Segmentation Decathlon, and `participants.tsv`.

    Returns:
        Path of `dataset.json`.
    """
    splits = split_animals(plan.animals, plan.split)
    head = {
        "name": "virtual canines",
        "description": DESCRIPTION,
        "tracer": plan.recipe.tracer,
        "seed": plan.seed,
        "generator_version": GENERATOR_VERSION,
    }
    cases = {name: [entry(animal, gate) for animal in animals for gate in GATES] for name, animals in splits.items()}
    rows = [_participant(folder, animal, name) for name, animals in splits.items() for animal in animals]
    write_text(folder / "participants.tsv", _table(rows))
    write_json(folder / "dataset.json", head | cases)
    return folder / "dataset.json"


def _participant(folder: Path, animal: int, split: str) -> dict[str, Any]:
    """Return one animal's row of `participants.tsv`."""
    parameters = json.loads(parameters_file(folder, animal).read_text(encoding="utf-8"))
    drawn, gates = parameters["drawn"], parameters["gates"]
    volumes = {gate: gates[gate]["left_ventricular_volume_ml"] for gate in GATES}
    return {
        "participant_id": subject(animal),
        "split": split,
        "weight_kg": f"{drawn['body']['weight_kg']:.1f}",
        "heart_rate_per_minute": f"{drawn['scan']['heart_rate_per_minute']:.0f}",
        "end_diastolic_volume_ml": f"{volumes['ed']:.1f}",
        "end_systolic_volume_ml": f"{volumes['es']:.1f}",
        "ejection_fraction": f"{1 - volumes['es'] / volumes['ed']:.3f}",
        "has_deficit": str(drawn["has_deficit"]).lower(),
    } | {f"true_imbv_{gate}": f"{gates[gate]['imbv']['true']:.4f}" for gate in GATES}


def _table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), delimiter="\t", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()
