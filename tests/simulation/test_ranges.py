from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.simulation.drawing import draw_animal
from custom.simulation.ranges import CANINE_FILE, Range, load_ranges

NUMBERS = st.floats(-1e3, 1e3)


@given(st.tuples(NUMBERS, NUMBERS).map(sorted), st.integers(0, 2**32))
def test_a_uniform_draw_lies_between_low_and_high(ends, seed) -> None:
    low, high = ends
    assert low <= Range(low=low, high=high, source="a test").draw(np.random.default_rng(seed)) <= high


@given(st.integers(0, 2**32), st.floats(-5, 5))
def test_a_normal_range_is_cut_at_its_ends(seed, deviations) -> None:
    normal = Range(low=0.08, high=0.22, mean=0.15, sd=0.03, source="a test")
    assert 0.08 <= normal.draw(np.random.default_rng(seed)) <= 0.22
    assert normal.at(deviations) == pytest.approx(min(max(0.15 + 0.03 * deviations, 0.08), 0.22))


def test_normal_draws_have_their_mean_and_spread() -> None:
    generator = np.random.default_rng(0)
    draws = [Range(low=-10.0, high=10.0, mean=1.0, sd=2.0, source="a test").draw(generator) for _ in range(4000)]
    assert np.mean(draws) == pytest.approx(1, abs=0.1)
    assert np.std(draws) == pytest.approx(2, abs=0.1)


def test_every_number_of_the_canine_has_a_source() -> None:
    for entries in load_ranges().values():
        for drawn in entries.values():
            assert len(drawn.source) > 5


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"low": 2.0, "high": 1.0}, "low ≤ high"),
        ({"low": float("nan"), "high": 1.0}, "finite"),
        ({"low": 0.0, "high": 1.0, "mean": 0.5}, "both mean and sd"),
        ({"low": 0.0, "high": 1.0, "mean": 2.0, "sd": 1.0}, "between 0.0 and 1.0"),
        ({"low": 0.0, "high": 1.0, "mean": 0.5, "sd": -0.01}, "sd must be positive, got -0.01"),
        ({"low": 0.0, "high": 1.0, "mean": 0.5, "sd": 0.0}, "sd must be positive"),
        ({"low": 0.0, "high": 1.0, "mean": 0.5, "sd": float("inf")}, "sd must be positive"),
        ({"low": 0.0, "high": 1.0, "source": " "}, "source"),
        ({"low": 0.0, "high": 1.0, "source": "assumed"}, "'assumed: why', got 'assumed'"),
        ({"low": 0.0, "high": 1.0, "source": "assumed: "}, "'assumed: why'"),
        ({"low": 0.0, "high": 1.0, "source": "assumed, at 25 kg"}, "'assumed: why'"),
    ],
)
def test_a_range_that_breaks_a_rule_is_refused(values, rule) -> None:
    with pytest.raises(BadInput, match=rule):
        Range(**{"source": "a test"} | values)


def test_unlike_animals_share_no_value_with_those_of_the_training() -> None:
    usual, unlike = load_ranges(), load_ranges(changed=CANINE_FILE.with_name("unlike.yaml"))
    changed = [(usual[s][n], unlike[s][n]) for s in usual for n in usual[s] if usual[s][n] != unlike[s][n]]
    assert len(changed) == 10
    assert all(new.high < old.low or new.low > old.high for old, new in changed)


def test_animals_with_and_without_a_deficit_differ_in_nothing_else() -> None:
    files = (CANINE_FILE.with_name(name) for name in ("deficit.yaml", "no_deficit.yaml"))
    with_deficit, without = (draw_animal(np.random.default_rng(3), load_ranges(changed=file)) for file in files)
    assert (with_deficit.has_deficit, without.has_deficit) == (True, False)
    assert replace(without, has_deficit=True, pattern=with_deficit.pattern) == with_deficit
    assert replace(without.pattern, deficit_probability=1.0) == with_deficit.pattern


def test_a_changed_range_of_an_unknown_name_is_refused(tmp_path) -> None:
    file = tmp_path / "changes.yaml"
    file.write_text('heart: {wall_over_corneal: {low: 1, high: 2, source: "a test"}}')
    with pytest.raises(BadInput, match=r"got heart\.wall_over_corneal, which are not there; misspelt"):
        load_ranges(changed=file)


def test_a_normal_range_far_from_its_mean_is_refused_when_drawn() -> None:
    with pytest.raises(BadInput, match="next to nothing"):
        Range(low=0.0, high=1e-9, mean=0.0, sd=1e6, source="a test").draw(np.random.default_rng(0))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("body: [", "YAML"),
        ("- 1", "sections"),
        ("body: 3", "sections"),
        ("body: {weight_kg: 25}", "body.weight_kg must give low, high and source"),
        ("body: {weight_kg: {low: 1, high: 2, source: x, hihg: 3}}", "body.weight_kg must give"),
        ("body: {weight_kg: {low: 3, high: 2, source: x}}", "body.weight_kg: .*low ≤ high"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, text, rule) -> None:
    (tmp_path / "ranges.yaml").write_text(text)
    with pytest.raises(BadInput, match=rule):
        load_ranges(tmp_path / "ranges.yaml")


def test_a_missing_file_is_refused(tmp_path) -> None:
    with pytest.raises(BadInput, match="readable YAML"):
        load_ranges(tmp_path / "none.yaml")
