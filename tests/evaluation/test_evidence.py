"""What the results page is made of."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from tests.results_evidence import evidence


def test_evidence_cannot_be_changed_once_read() -> None:
    with pytest.raises(FrozenInstanceError):
        evidence().findings = ()
