from dataclasses import replace

import numpy as np
import pytest

from custom.errors import BadInput
from custom.simulation.drawing import draw_animal
from custom.simulation.heart import place_heart
from custom.simulation.thorax import build_thorax


def thorax_of(drawn, centre_mm=(0.0, 0.0, 0.0)):
    return build_thorax(place_heart(drawn.body, drawn.heart, centre_mm))


def with_heart(animal, **numbers):
    return replace(animal, heart=replace(animal.heart, **numbers))


@pytest.mark.parametrize("seed", range(60))
def test_drawn_hearts_fit_between_sternum_spine_and_diaphragm(ranges, seed) -> None:
    thorax = thorax_of(draw_animal(np.random.default_rng(seed), ranges))
    heart = thorax.beating.pose.middle_mm
    assert thorax.cavity.contains(*heart[:, None]).all()
    assert not thorax.diaphragm.contains(*heart[:, None]).any()
    assert thorax.spine_mm[1] < heart[1] - 50
    assert thorax.cavity.middle_x_mm > heart[0]


@pytest.mark.parametrize("section", ["body", "heart"])
def test_every_number_may_lie_at_an_end_of_its_range(animal, ranges, section) -> None:
    for name, drawn in ranges[section].items():
        for end in (drawn.low, drawn.high):
            thorax_of(replace(animal, **{section: replace(getattr(animal, section), **{name: end})}))


@pytest.mark.parametrize("left_of_midline_mm", [80.0, -80.0])
def test_a_heart_beside_the_thorax_is_refused(animal, left_of_midline_mm) -> None:
    with pytest.raises(BadInput, match="must fit into the thorax"):
        thorax_of(with_heart(animal, left_of_midline_mm=left_of_midline_mm))


def test_a_heart_wider_than_the_thorax_is_refused(animal) -> None:
    with pytest.raises(BadInput, match="must fit into the thorax"):
        thorax_of(replace(animal, body=replace(animal.body, half_width_mm=40.0)))


@pytest.mark.parametrize("to_sternum_mm", [40.0, 50.0, 60.0, 120.0])
def test_a_heart_that_reaches_the_vertebrae_is_refused(animal, to_sternum_mm) -> None:
    with pytest.raises(BadInput, match=f"must lie before the spine, got to_sternum_mm = {to_sternum_mm:g}; too far"):
        thorax_of(with_heart(animal, to_sternum_mm=to_sternum_mm))


@pytest.mark.parametrize("to_sternum_mm", [0.0, 20.0, 30.0])
def test_before_the_vertebrae_the_heart_may_lie_anywhere(animal, to_sternum_mm) -> None:
    thorax = thorax_of(with_heart(animal, to_sternum_mm=to_sternum_mm))
    spine, front = thorax.spine_mm[1], thorax.cavity.middle_y_mm + thorax.cavity.half_depth_mm
    assert spine < thorax.beating.pose.middle_mm[1] < front


@pytest.mark.parametrize("y_mm", [-200.0, 200.0])
def test_the_thorax_goes_where_the_heart_is(animal, y_mm) -> None:
    here, there = thorax_of(animal), thorax_of(animal, (0.0, y_mm, 0.0))
    assert there.cavity.middle_y_mm == pytest.approx(here.cavity.middle_y_mm + y_mm)
    assert there.spine_mm[1] == pytest.approx(here.spine_mm[1] + y_mm)
    assert there.diaphragm.top_mm == pytest.approx(here.diaphragm.top_mm + np.array([0.0, y_mm, 0.0]))
