from dataclasses import replace

import numpy as np
import pytest

from custom.errors import BadInput
from custom.simulation.drawing import draw_animal
from custom.simulation.heart import place_heart
from custom.simulation.thorax import build_thorax


def thorax_of(drawn):
    return build_thorax(place_heart(drawn.body, drawn.heart, (0.0, 0.0, 0.0)))


@pytest.mark.parametrize("seed", range(20))
def test_drawn_hearts_fit_between_sternum_spine_and_diaphragm(ranges, seed) -> None:
    thorax = thorax_of(draw_animal(np.random.default_rng(seed), ranges))
    heart = thorax.beating.pose.middle_mm
    assert thorax.cavity.contains(*heart[:, None]).all()
    assert not thorax.diaphragm.contains(*heart[:, None]).any()
    assert thorax.spine_mm[1] < heart[1] - 50
    assert thorax.cavity.middle_x_mm > heart[0]


def test_a_heart_outside_the_thorax_is_refused(animal) -> None:
    with pytest.raises(BadInput, match="must fit into the thorax"):
        thorax_of(replace(animal, heart=replace(animal.heart, left_of_midline_mm=80.0)))
    with pytest.raises(BadInput, match="too far"):
        thorax_of(replace(animal, heart=replace(animal.heart, to_sternum_mm=120.0)))
    with pytest.raises(BadInput, match="must fit into the thorax"):
        thorax_of(replace(animal, body=replace(animal.body, half_width_mm=40.0)))
