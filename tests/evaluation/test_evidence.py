"""What the results page is made of."""

from __future__ import annotations

from tests.results_evidence import trained


def test_a_stage_ends_where_its_epochs_are_over() -> None:
    """Two epochs of 30 volumes each, then two more."""
    assert trained(seed=1).stage_ends == [60.0]
