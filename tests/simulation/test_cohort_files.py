"""The files of a cohort beside its animals' folders."""

from __future__ import annotations

import csv
import itertools
import json

import pytest

from custom.simulation.cohort_files import SPLITS, split_animals, write_dataset
from custom.simulation.plan import GENERATOR_VERSION, Plan
from custom.simulation.recipe import Recipe


def test_the_papers_cohort_is_split_as_the_paper_does() -> None:
    split = split_animals(range(1, 29))
    assert split == {"training": [*range(1, 16)], "validation": [16, 17, 18], "test": [*range(19, 29)]}
    assert split_animals([1]) == {"training": [], "validation": [], "test": [1]}


@pytest.mark.parametrize("n_animals", range(1, 60))
def test_every_animal_is_in_one_split_and_some_are_tested(n_animals) -> None:
    split = split_animals(range(7, 7 + n_animals))
    assert sorted(itertools.chain(*split.values())) == list(range(7, 7 + n_animals))
    assert split["test"]
    assert n_animals < 3 or (split["training"] and split["validation"])


@pytest.mark.parametrize("split", SPLITS)
def test_all_animals_can_go_to_one_split(split) -> None:
    given = split_animals(range(1, 41), split)
    assert given.pop(split) == [*range(1, 41)]
    assert list(given.values()) == [[], []]


@pytest.fixture
def written(tmp_path, small_camera, ranges):
    """Write the dataset of two animals of which there are only the parameters."""
    plan = Plan(n_animals=2, seed=5, recipe=Recipe(), camera=small_camera, ranges=ranges, device="cpu")
    for animal in (1, 2):
        folder = tmp_path / f"sub-00{animal}"
        folder.mkdir()
        gates = {
            gate: {"left_ventricular_volume_ml": volume * animal, "imbv": {"true": imbv}}
            for gate, volume, imbv in (("ed", 60.0, 0.15), ("es", 24.0, 0.11))
        }
        drawn = {"body": {"weight_kg": 25.04}, "scan": {"heart_rate_per_minute": 101.6}, "has_deficit": animal == 2}
        parameters = {"drawn": drawn, "gates": gates}
        (folder / f"sub-00{animal}_parameters.json").write_text(json.dumps(parameters))
    return write_dataset(tmp_path, plan)


def test_the_dataset_says_what_it_is(written) -> None:
    dataset = json.loads(written.read_text())
    assert dataset["generator_version"] == GENERATOR_VERSION
    assert dataset["seed"] == 5
    assert "imulated" in dataset["description"]
    assert [len(dataset[split]) for split in ("training", "validation", "test")] == [2, 0, 2]


def test_participants_are_a_table(written) -> None:
    with written.with_name("participants.tsv").open(newline="") as file:
        first, second = csv.DictReader(file, delimiter="\t")
    assert (first["participant_id"], first["split"], second["split"]) == ("sub-001", "training", "test")
    assert (first["weight_kg"], first["heart_rate_per_minute"]) == ("25.0", "102")
    assert (first["ejection_fraction"], second["end_diastolic_volume_ml"]) == ("0.600", "120.0")
    assert (first["has_deficit"], second["has_deficit"]) == ("false", "true")
    assert (first["true_imbv_ed"], first["true_imbv_es"]) == ("0.1500", "0.1100")
