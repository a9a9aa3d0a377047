"""Shares of a batch."""

from __future__ import annotations

import pytest

from custom.errors import BadInput
from custom.training.processes import share_of_batch


@pytest.mark.parametrize(("n_processes", "share"), [(1, 6), (2, 3), (3, 2), (6, 1)])
def test_processes_share_a_batch(n_processes: int, share: int) -> None:
    assert share_of_batch(6, n_processes) == share


@pytest.mark.parametrize("n_processes", [4, 5, 12])
def test_a_batch_that_cannot_be_shared_is_refused(n_processes: int) -> None:
    with pytest.raises(BadInput, match=f"got 6 volumes for {n_processes}"):
        share_of_batch(6, n_processes)
