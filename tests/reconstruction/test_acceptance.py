"""Settings of rebinning."""

from __future__ import annotations

import pytest

from custom.errors import BadInput
from custom.reconstruction.acceptance import Acceptance, read_acceptance

SETTINGS = {"n_gates": 8, "gated_by_breath": True, "end_expiration": [0.65, 1], "accepted_rr": [0.8, 1.2]}


def test_what_a_config_gives_is_understood():
    assert read_acceptance(**SETTINGS) == Acceptance()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"n_gates": 3}, "n_gates must be a whole number from 4, got 3"),
        ({"n_gates": 8.0}, "n_gates must be a whole number from 4, got 8.0"),
        ({"gated_by_breath": "no"}, "gated_by_breath must be True or False, got 'no'"),
        ({"end_expiration": 0.5}, "end_expiration must be two numbers, got 0.5"),
        ({"end_expiration": [0.5]}, "end_expiration must be two numbers"),
        ({"end_expiration": "65,100"}, "end_expiration must be two numbers"),
        ({"end_expiration": [True, 1.0]}, "end_expiration must be two numbers"),
        (
            {"end_expiration": [65, 100]},
            "end_expiration must lie within 0 and 1 of a breath, got 65.0 to 100.0; is it in",
        ),
        ({"end_expiration": [0.7, 0.7]}, "end_expiration must lie within"),
        ({"end_expiration": [0.7, float("nan")]}, "end_expiration must lie within"),
        ({"accepted_rr": None}, "accepted_rr must be two numbers, got None"),
        ({"accepted_rr": [1.1, 1.2]}, "accepted_rr must hold 1, the median R-R interval"),
        ({"accepted_rr": [80, 120]}, "is it in percent?"),
        ({"accepted_rr": [0.8, float("inf")]}, "accepted_rr must hold 1"),
    ],
)
def test_settings_that_cannot_be(changes, rule):
    with pytest.raises(BadInput) as caught:
        read_acceptance(**SETTINGS | changes)
    assert rule in str(caught.value)
