"""A cohort of virtual animals as it lies on disk: its files, and the numbers that the simulation kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from custom.errors import BadInput
from custom.evaluation.json_record import JsonRecord
from custom.evaluation.measures import GATED_NAME
from custom.evaluation.whole_volume import read_volume

SPLITS = ("training", "validation", "test")
KINDS = ("image", "label", "ct", "full_ct", "regions", "outlined", "truth", "mu", "counts", "scatter")
GATE_NAMES = ("ed", "es")
IMBV = ("true", "true_in_voxels", "mlem", "iterative_yang")
COUNTS = ("measured", "expected_primary", "expected_scatter", "estimated_scatter")


@dataclass(frozen=True, kw_only=True)
class GateRecord:
    """One gate of an animal.

    Args:
        files: by kind, see `KINDS`.
        volume_ml, inner_diameter_mm, wall_mm: of the left ventricle.
        imbv: of the tissues (true), of the truth averaged into voxels, of MLEM and of iterative Yang, see `IMBV`.
        counts: measured and expected, see `COUNTS`.
    """

    files: Mapping[str, Path]
    volume_ml: float
    inner_diameter_mm: float
    wall_mm: float
    imbv: Mapping[str, float]
    counts: Mapping[str, float]

    @property
    def scatter_fraction(self) -> float:
        """Share of scattered photons in what is expected in the window."""
        scatter = self.counts["expected_scatter"]
        return scatter / (self.counts["expected_primary"] + scatter)

    def load(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the voxels (x, y, z), float32, and the affine of one kind of volume.

        Raises:
            BadInput: the file cannot be read.
        """
        return read_volume(self.files[kind])


@dataclass(frozen=True, kw_only=True)
class AnimalRecord:
    """One animal with its gates ed and es; `drawn` holds every number that was drawn for it.

    The severity is that of a deficit it may have, a fraction of the uptake.
    """

    name: str
    split: str
    drawn: Mapping[str, Any]
    weight_kg: float
    heart_rate_per_minute: float
    has_deficit: bool
    deficit_severity: float
    gates: Mapping[str, GateRecord]

    @property
    def ejection_fraction(self) -> float:
        """1 − end-systolic volume / end-diastolic volume."""
        return 1 - self.gates["es"].volume_ml / self.gates["ed"].volume_ml


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """A cohort; `recipe` tells, by the names of its settings, how all its animals were simulated."""

    folder: Path
    seed: int
    tracer: str
    recipe: Mapping[str, Any]
    animals: tuple[AnimalRecord, ...]

    @property
    def registration(self) -> Mapping[str, Any]:
        """How the CT on which regions were outlined lies over the images: `shift_mm`, and `gate`, same or other."""
        return self.recipe["registration"]

    def animals_also_in(self, other: Cohort) -> Cohort:
        """Return this cohort without the animals whose names the other has not."""
        names = {animal.name for animal in other.animals}
        return replace(self, animals=tuple(animal for animal in self.animals if animal.name in names))


def read_cohort(dataset_dir: str | Path) -> Cohort:
    """Read what the run `simulation` wrote, without the volumes.

    Raises:
        BadInput: no cohort, a file or a number of it that is missing, or an animal without both gates.
    """
    folder = Path(dataset_dir)
    if not (folder / "dataset.json").is_file():
        raise BadInput(f"a cohort's folder holds dataset.json, but {folder} does not; run `make simulation` first")
    dataset = JsonRecord(folder / "dataset.json")
    seed = int(dataset.number("seed"))
    animals = [_read_animal(folder, name, *listed) for name, listed in _list_animals(dataset).items()]
    if not animals:
        raise BadInput(f"{dataset.path} lists no animal; was the simulation interrupted? run `make simulation` again")
    identities = [{"seed": seed, "recipe": animals[0][1]["recipe"]}, *(identity for _, identity in animals)]
    if any(identity != identities[0] for identity in identities):
        raise BadInput(
            f"all animals of {folder} must be made alike, as its dataset.json says, got several seeds or settings; "
            "was a simulation with --overwrite True interrupted? run `make simulation` again"
        )
    return Cohort(
        folder=folder,
        seed=seed,
        tracer=str(dataset.at("tracer")),
        recipe=identities[0]["recipe"],
        animals=tuple(animal for animal, _ in animals),
    )


def _list_animals(dataset: JsonRecord) -> dict[str, tuple[str, dict[str, dict[str, str]]]]:
    """Return each animal's split and its entries by gate."""
    animals: dict[str, tuple[str, dict[str, dict[str, str]]]] = {}
    for split in SPLITS:
        for entry in dataset.at(split):
            missing = [kind for kind in KINDS if kind not in entry]
            if missing:
                raise BadInput(
                    f"{dataset.path} lists no {', '.join(missing)} for some gates; an older version made this cohort, "
                    "so run `make simulation` again"
                )
            image = Path(entry["image"]).name
            name = GATED_NAME.match(image.removesuffix("_mlem.nii.gz"))
            if name is None:
                raise BadInput(f"images in {dataset.path} are named <animal>_gate-<gate>_mlem.nii.gz, got {image}")
            animals.setdefault(name["animal"], (split, {}))[1][name["gate"]] = entry
    return animals


def _read_animal(
    folder: Path, name: str, split: str, entries: Mapping[str, Mapping[str, str]]
) -> tuple[AnimalRecord, dict[str, Any]]:
    """Return an animal, and seed and recipe by which it was made."""
    if sorted(entries) != sorted(GATE_NAMES):
        raise BadInput(
            f"{name} must have the gates {' and '.join(GATE_NAMES)}, got {', '.join(entries)}; "
            "run `make simulation` again"
        )
    parameters = JsonRecord(folder / name / f"{name}_parameters.json")
    animal = AnimalRecord(
        name=name,
        split=split,
        drawn=parameters.at("drawn"),
        weight_kg=parameters.number("drawn", "body", "weight_kg"),
        heart_rate_per_minute=parameters.number("drawn", "scan", "heart_rate_per_minute"),
        has_deficit=bool(parameters.at("drawn", "has_deficit")),
        deficit_severity=parameters.number("drawn", "pattern", "deficit_severity"),
        gates={gate: _read_gate(folder, parameters, gate, entries[gate]) for gate in GATE_NAMES},
    )
    parameters.at("identity", "recipe", "registration", "gate")
    return animal, {"seed": parameters.at("identity", "seed"), "recipe": parameters.at("identity", "recipe")}


def _read_gate(folder: Path, parameters: JsonRecord, gate: str, entry: Mapping[str, str]) -> GateRecord:
    files = {kind: folder / entry[kind] for kind in KINDS}
    for kind, file in files.items():
        if not file.is_file():
            raise BadInput(f"the {kind} of a gate, {file}, is missing; run `make simulation` again")
    return GateRecord(
        files=files,
        volume_ml=parameters.number("gates", gate, "left_ventricular_volume_ml"),
        inner_diameter_mm=parameters.number("gates", gate, "left_ventricular_inner_diameter_mm"),
        wall_mm=parameters.number("gates", gate, "left_ventricular_wall_mm"),
        imbv={method: parameters.number("gates", gate, "imbv", method) for method in IMBV},
        counts={kind: parameters.number("gates", gate, "counts", kind) for kind in COUNTS},
    )
