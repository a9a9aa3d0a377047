from dataclasses import asdict

import numpy as np
import pytest

from custom.errors import BadInput
from custom.scanner.list_mode import TRACERS
from custom.simulation.drawing import draw_animal
from custom.simulation.ranges import Range

SECTIONS = ("body", "heart", "pattern", "scan", "ct", "motion")


def with_number(ranges, section, name, value):
    """Return the ranges with one number fixed."""
    fixed = Range(low=float(value), high=float(value), source="a test")
    return dict(ranges) | {section: dict(ranges[section]) | {name: fixed}}


@pytest.mark.parametrize("tracer", TRACERS)
@pytest.mark.parametrize("seed", range(10))
def test_every_drawn_number_lies_in_its_range(ranges, tracer, seed) -> None:
    drawn = asdict(draw_animal(np.random.default_rng(seed), ranges, tracer=tracer))
    for section in SECTIONS:
        for name, value in drawn[section].items():
            assert ranges[section][name].low <= value <= ranges[section][name].high, name
    for organ in ("liver", "lung", "spleen", "muscle"):
        assert ranges[tracer][organ].low <= drawn["uptake"][organ] <= ranges[tracer][organ].high


def test_the_same_random_numbers_give_the_same_animal(ranges) -> None:
    assert draw_animal(np.random.default_rng(3), ranges) == draw_animal(np.random.default_rng(3), ranges)
    assert draw_animal(np.random.default_rng(3), ranges) != draw_animal(np.random.default_rng(4), ranges)


def test_blood_volume_of_the_myocardium_is_as_measured_in_canines(ranges) -> None:
    """Mohy-ud-Din et al. 2018: 0.15 ± 0.03 and 0.11 ± 0.03, falling by 23.9 ± 8.6 %."""
    uptakes = [draw_animal(np.random.default_rng(seed), ranges).uptake for seed in range(400)]
    diastole = np.array([uptake.myocardium_end_diastole for uptake in uptakes])
    systole = np.array([uptake.myocardium_end_systole for uptake in uptakes])
    assert diastole.mean() == pytest.approx(0.15, abs=0.005)
    assert diastole.std() == pytest.approx(0.03, abs=0.005)
    assert systole.mean() == pytest.approx(0.11, abs=0.005)
    assert systole.std() == pytest.approx(0.03, abs=0.005)
    assert (1 - systole / diastole).mean() == pytest.approx(0.24, abs=0.06)


def test_red_cells_fill_the_blood_and_perfusion_the_wall(ranges) -> None:
    cells = draw_animal(np.random.default_rng(0), ranges, tracer="red_blood_cells").uptake
    perfusion = draw_animal(np.random.default_rng(0), ranges, tracer="perfusion").uptake
    assert cells.blood > 4 * cells.myocardium_end_diastole
    assert perfusion.myocardium_end_diastole > 10 * perfusion.blood


def test_an_unknown_tracer_is_refused(ranges) -> None:
    with pytest.raises(BadInput, match=r"red_blood_cells, perfusion, got 'thallium'"):
        draw_animal(np.random.default_rng(0), ranges, tracer="thallium")


@pytest.mark.parametrize(("section", "name"), [("red_blood_cells", "liver"), ("red_blood_cells", "imbv_end_systole")])
def test_negative_uptake_is_refused(ranges, section, name) -> None:
    with pytest.raises(
        BadInput, match=f"{section}.{name} must be finite, at least 0, got -0.1; uptake is not negative"
    ):
        draw_animal(np.random.default_rng(0), with_number(ranges, section, name, -0.1))


@pytest.mark.parametrize(
    ("name", "value", "rule"), [("ejection_fraction", 62, "percent"), ("wall_over_cornell", -1, "above 0")]
)
def test_a_heart_that_cannot_be_is_refused(ranges, name, value, rule) -> None:
    with pytest.raises(BadInput, match=rule):
        draw_animal(np.random.default_rng(0), with_number(ranges, "heart", name, value))


def test_missing_and_unknown_numbers_are_named(ranges) -> None:
    heart = dict(ranges["heart"])
    heart["wings"] = heart.pop("roll_deg")
    with pytest.raises(BadInput, match=r"missing \['roll_deg'\], unknown \['wings'\]"):
        draw_animal(np.random.default_rng(0), dict(ranges) | {"heart": heart})


@pytest.mark.parametrize(
    ("section", "name", "low", "high"),
    [
        ("motion", "heart_follows", 0.5, 1.2),
        ("body", "fat_mm", -1.0, 6.0),
        ("red_blood_cells", "liver", -0.05, 0.3),
        ("red_blood_cells", "stomach_wall_active", -0.05, 0.3),
        ("red_blood_cells", "stomach_probability", 0.0, 30.0),
        ("red_blood_cells", "imbv_correlation", -2.0, 0.9),
    ],
)
def test_a_range_that_only_sometimes_draws_the_impossible_is_refused_at_the_first_animal(
    ranges, section, name, low, high
) -> None:
    wide = Range(low=low, high=high, source="a test")
    changed = dict(ranges) | {section: dict(ranges[section]) | {name: wide}}
    for seed in range(5):
        with pytest.raises(BadInput, match=name):
            draw_animal(np.random.default_rng(seed), changed)


def test_a_correlation_beyond_one_is_refused(ranges) -> None:
    with pytest.raises(BadInput, match="imbv_correlation"):
        draw_animal(np.random.default_rng(0), with_number(ranges, "red_blood_cells", "imbv_correlation", 90))


@pytest.mark.parametrize("name", ["blood", "gate_change", "gallbladder", "stomach_wall_active"])
def test_a_perfusion_tracer_has_no_negative_uptake_either(ranges, name) -> None:
    wide = Range(low=-0.05, high=1.0, source="a test")
    changed = dict(ranges) | {"perfusion": dict(ranges["perfusion"]) | {name: wide}}
    for seed in range(5):
        with pytest.raises(BadInput, match=f"perfusion.{name} must be finite, at least 0, got -0.05"):
            draw_animal(np.random.default_rng(seed), changed, tracer="perfusion")


def test_blood_without_activity_is_refused(ranges) -> None:
    with pytest.raises(BadInput, match=r"uptake\.blood must be finite, above 0"):
        draw_animal(np.random.default_rng(0), with_number(ranges, "perfusion", "blood", 0.0), tracer="perfusion")


@pytest.mark.parametrize("name", ["imbv_end_diastole", "imbv_end_systole"])
def test_a_blood_volume_without_mean_and_sd_is_refused(ranges, name) -> None:
    with pytest.raises(BadInput, match=f"{name} must have mean and sd"):
        draw_animal(np.random.default_rng(0), with_number(ranges, "red_blood_cells", name, 0.1))


@pytest.mark.parametrize("tracer", TRACERS)
def test_the_stomach_shows_in_the_drawn_share_of_animals(ranges, tracer) -> None:
    animals = [draw_animal(np.random.default_rng(seed), ranges, tracer=tracer) for seed in range(300)]
    active = np.array([animal.has_stomach_activity for animal in animals])
    wall = np.array([animal.uptake.stomach_wall for animal in animals])
    assert active.mean() == pytest.approx(0.3, abs=0.08)
    assert wall[active].min() >= ranges[tracer]["stomach_wall_active"].low
    assert wall[~active].max() <= ranges[tracer]["stomach_wall"].high < wall[active].min()
