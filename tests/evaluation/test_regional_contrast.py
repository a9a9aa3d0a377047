"""What is left of the wall's regional differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from custom.evaluation.measures import Measures
from custom.evaluation.methods import TRUTH
from custom.evaluation.regional_contrast import regional_contrast
from custom.evaluation.truth_tables import contrast_table

GATES = ("ed", "es")


def rows(method: str, segments: np.ndarray, gates: tuple[str, ...] = GATES) -> list[Measures]:
    """Return the rows of one method, `segments` of shape (animal, gate, segment)."""
    return [
        Measures(
            study=f"{animal}_gate-{gate}", animal=f"{animal}", gate=gate, method=method, imbv=0.2,
            segments=tuple(segments[animal, place].tolist()),
        )
        for animal in range(len(segments))
        for place, gate in enumerate(gates)
    ]  # fmt: skip


def random_segments(seed: int, n_animals: int = 5, n_segments: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.2, 0.05, (n_animals, len(GATES), n_segments))


def test_contrast_by_hand() -> None:
    """Set apart, two animals of two segments are ±½ in truth and ±(0.6 − 0.2 − 0.1 + 0.3) / 4 after correction."""
    true, shown = np.array([[[1.0, 0.0]], [[0.0, 1.0]]]), np.array([[[0.6, 0.2]], [[0.1, 0.3]]])
    contrast = regional_contrast([*rows(TRUTH, true, ("ed",)), *rows("network", shown, ("ed",))], "network")
    assert contrast is not None
    assert contrast.value == pytest.approx(0.3)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1.5))
def test_levels_of_volumes_and_segments_do_not_count(seed: int, share: float) -> None:
    true, generator = random_segments(seed), np.random.default_rng(seed + 1)
    levels = generator.normal(size=(*true.shape[:2], 1)) + generator.normal(size=(1, *true.shape[1:]))
    contrast = regional_contrast([*rows(TRUTH, true), *rows("network", share * true + levels)], "network")
    assert contrast is not None
    assert [contrast.value, *contrast.interval_95] == pytest.approx([share] * 3, abs=1e-9)


def test_a_regression_with_a_level_for_each_volume_and_segment_says_the_same() -> None:
    """Its residuals, summed up by animal, give the interval by hand."""
    true, shown = random_segments(1), random_segments(2)
    contrast = regional_contrast([*rows(TRUTH, true), *rows("network", shown)], "network")
    animal, gate, segment = (places.ravel() for places in np.indices(true.shape))
    levels = np.hstack([np.eye(10)[animal * 2 + gate], np.eye(8)[gate * 4 + segment]])
    t, m = (of.ravel() - levels @ np.linalg.lstsq(levels, of.ravel())[0] for of in (true, shown))
    slope = t @ m / (t @ t)
    by_animal = np.bincount(animal, weights=t * (m - slope * t))
    half = stats.t.isf(0.025, 4) * np.sqrt(5 / 4 * (by_animal**2).sum()) / (t @ t)
    assert contrast is not None
    assert [contrast.value, *contrast.interval_95] == pytest.approx([slope, slope - half, slope + half])


def test_the_order_of_studies_does_not_count() -> None:
    true, shown = rows(TRUTH, random_segments(1)), rows("network", random_segments(2))
    assert regional_contrast([*true, *shown], "network") == regional_contrast([*shown[::-1], *true], "network")


def test_where_nothing_can_be_told_there_is_a_dash() -> None:
    """One animal differs from no other; a method may lack a set of animals."""
    two, one = random_segments(3), random_segments(3, n_animals=1)
    sets = {"two animals": [*rows(TRUTH, two), *rows("network", two / 2)], "one animal": rows(TRUTH, one)}
    table = contrast_table(sets | {"alike": [*rows(TRUTH, 0 * two), *rows("network", two)]})
    assert list(table.header) == ["method", "two animals", "one animal", "alike"]
    assert table.rows == [["network", "0.50 (0.50 to 0.50)", "—", "—"]]
    assert regional_contrast([*rows(TRUTH, one), *rows("network", one)], "network") is None
