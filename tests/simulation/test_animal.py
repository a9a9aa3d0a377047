from dataclasses import replace

import pytest

from custom.errors import BadInput


def test_lengths_grow_with_the_cube_root_of_the_weight(animal) -> None:
    assert replace(animal.body, weight_kg=25.0).scale == 1
    assert replace(animal.body, weight_kg=200.0).scale == pytest.approx(2)


@pytest.mark.parametrize("uptake", [-0.1, float("inf"), float("nan")])
@pytest.mark.parametrize("organ", ["liver", "blood", "myocardium_end_systole"])
def test_uptake_that_cannot_be_is_refused(animal, organ, uptake) -> None:
    with pytest.raises(BadInput, match=f"not negative, got .* for {organ}"):
        replace(animal.uptake, **{organ: uptake})


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [("ejection_fraction", 62.0, "percent"), ("wall_over_cornell", -1.0, "positive")],
)
def test_a_heart_that_cannot_be_is_refused(animal, name, value, rule) -> None:
    with pytest.raises(BadInput, match=rule):
        replace(animal.heart, **{name: value})
