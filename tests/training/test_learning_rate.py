"""The learning rate, worked out by hand."""

from __future__ import annotations

import pytest

from custom.training.learning_rate import cosine


def test_it_falls_along_half_a_cosine() -> None:
    rates = [cosine(epoch, start=1.0, end=0.2, n_epochs=5) for epoch in range(1, 6)]
    assert rates == pytest.approx([1.0, 0.6 + 0.4 * 2**-0.5, 0.6, 0.6 - 0.4 * 2**-0.5, 0.2])


def test_equal_ends_keep_it_constant() -> None:
    assert {cosine(epoch, start=1e-3, end=1e-3, n_epochs=40) for epoch in range(1, 41)} == {1e-3}


def test_a_training_of_one_epoch_has_the_first_rate() -> None:
    assert cosine(1, start=1e-3, end=1e-5, n_epochs=1) == 1e-3
