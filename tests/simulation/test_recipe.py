"""What is asked of a cohort's cases."""

from __future__ import annotations

from dataclasses import asdict

from custom.simulation.recipe import Recipe


def test_by_default_a_recipe_is_the_papers():
    assert asdict(Recipe()) == {
        "tracer": "red_blood_cells",
        "n_iterations": 80,
        "n_yang_iterations": 10,
        "registration": {"shift_mm": 0.0, "gate": "same"},
        "list_mode": False,
    }
