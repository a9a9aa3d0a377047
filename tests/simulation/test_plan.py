"""What a cohort's animals are known by."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from custom.simulation.plan import Plan
from custom.simulation.recipe import Recipe
from custom.simulation.registration import Registration


@pytest.fixture
def plan(small_camera, ranges):
    return Plan(n_animals=3, seed=5, recipe=Recipe(), camera=small_camera, ranges=ranges, device="cpu")


def test_the_identity_survives_json(plan):
    assert json.loads(json.dumps(plan.identity(2))) == plan.identity(2)


def test_more_animals_leave_the_first_as_they_were(plan):
    assert replace(plan, n_animals=28).identity(2) == plan.identity(2)


def test_whatever_changes_an_animal_changes_its_identity(plan, ranges):
    heavier = {**ranges, "body": {**ranges["body"], "weight_kg": replace(ranges["body"]["weight_kg"], high=31.0)}}
    others = [
        replace(plan, seed=6),
        replace(plan, recipe=Recipe(n_iterations=81)),
        replace(plan, recipe=Recipe(registration=Registration(shift_mm=4.0))),
        replace(plan, recipe=Recipe(registration=Registration(gate="other"))),
        replace(plan, camera=replace(plan.camera, name="another")),
        replace(plan, ranges=heavier),
        replace(plan, device="cuda"),
    ]
    identities = [json.dumps(other.identity(1)) for other in [plan, *others]] + [json.dumps(plan.identity(2))]
    assert len(set(identities)) == len(identities)
