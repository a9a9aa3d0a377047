"""What is left of a territory with less blood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from custom.errors import BadInput
from custom.evaluation.deficit import Deficit, compare_deficit
from custom.evaluation.measures import Measures
from custom.evaluation.truth_tables import deficit_table

STUDIES = ("a_gate-ed", "a_gate-es", "b_gate-ed")


def rows(method: str, segments: np.ndarray, studies: tuple[str, ...] = STUDIES) -> list[Measures]:
    """Return the rows of one method, `segments` of shape (volume, segment)."""
    return [
        Measures(study=study, animal=study[0], gate=study[-2:], method=method, imbv=0.2, segments=tuple(of.tolist()))
        for study, of in zip(studies, segments, strict=True)
    ]


def deficit(true: np.ndarray, shown: np.ndarray) -> Deficit:
    """Return changes in volumes of two animals, of which the first has two."""
    return Deficit(studies=STUDIES, animals=["a", "a", "b"], changes={"truth": true, "network": shown})


def test_a_share_and_its_interval_by_hand() -> None:
    """Residuals times truth are 0.1 and −0.1 of two animals, Σ t² is 2: the error is √(2 · 0.02) / 2."""
    true, shown = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), np.array([[0.6, 0.0], [0.0, 0.0], [0.4, 0.0]])
    share = deficit(true, shown).share("network")
    assert share is not None
    half = stats.t.isf(0.025, 1) * np.sqrt(2 * 0.02) / 2  # 2 = n / (n − 1) for two animals
    assert share.value == pytest.approx(0.5)
    assert share.interval_95 == pytest.approx((0.5 - half, 0.5 + half))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1.5))
def test_the_same_share_everywhere_is_found(seed: int, share: float) -> None:
    generator = np.random.default_rng(seed)
    true, usual = generator.normal(size=(2, 3, 17))
    before = [*rows("truth", usual), *rows("network", 2 * usual)]
    after = [*rows("truth", usual + true), *rows("network", 2 * usual + share * true)]
    found = compare_deficit(after, before).share("network")
    assert found is not None
    assert [found.value, *found.interval_95] == pytest.approx([share] * 3, abs=1e-9)


def test_studies_are_matched_by_name() -> None:
    generator = np.random.default_rng(1)
    after, before = (rows("truth", generator.normal(size=(3, 17))) for _ in range(2))
    compared = [compare_deficit(after, other).changes["truth"] for other in (before, before[::-1])]
    np.testing.assert_array_equal(*compared)


def test_other_animals_are_refused() -> None:
    after, before = rows("truth", np.zeros((3, 17))), rows("truth", np.zeros((2, 17)), STUDIES[:2])
    with pytest.raises(BadInput, match="deficit_dir and no_deficit_dir must hold the same animals"):
        compare_deficit(after, before)


def test_the_deepest_segment_is_that_of_the_truth() -> None:
    true = np.array([[0.0, -0.1], [-0.3, -0.2], [0.0, -0.2]])
    found = deficit(true, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    np.testing.assert_array_equal(found.deepest("network"), [2, 3, 6])
    study, changes = found.gravest()
    assert study == "a_gate-es"
    np.testing.assert_array_equal(changes["network"], [3, 4])


def test_the_table_names_the_truth_first_and_shares_beside_the_others() -> None:
    true = np.array([[-0.1, 0.0], [-0.1, 0.0], [-0.1, 0.0]])
    table = deficit_table(deficit(true, true / 2))
    assert table.rows == [
        ["truth", "—", "−10.0 ± 0.0"],
        ["network", "0.50 (0.50 to 0.50)", "−5.0 ± 0.0"],
    ]
    assert "3 volumes of 2 simulated animals" in table.markdown()
    assert deficit_table(deficit(0 * true, true)).rows[1][1] == "—"
