"""Published values, against what they are said to be at 25 kg."""

from __future__ import annotations

import numpy as np
import pytest

from custom.evaluation import published


def test_cornells_dog_of_25_kg_has_a_ventricle_of_39_mm_and_a_wall_of_9_mm() -> None:
    weight = np.array([25.0])
    assert published.inner_diameter_mm(weight) == pytest.approx([39.4], abs=0.05)
    assert published.wall_mm(weight) == pytest.approx([8.86], abs=0.01)


def test_the_papers_correction_takes_a_fifth_of_imbv_away() -> None:
    assert round(published.UNCORRECTED_OVER_IY, 2) == 1.25
