"""What of a scan counts when it is rebinned into gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from custom.errors import BadInput
from custom.settings import check_whole, check_yes_or_no

FEWEST_GATES = 4  # that tell end-diastole from end-systole


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """What of a scan counts, and in how many gates.

    Args:
        n_gates: of equal share of each beat.
        gated_by_breath: whether only end-expiration counts.
        end_expiration: phases of the breathing cycle between which it lies, counted from inspiration, 0 to 1.
        accepted_rr: shortest and longest R-R interval that counts, over their median. The pause that follows a
            premature beat is long, and so left out with it.

    Raises:
        BadInput: values that cannot be.
    """

    n_gates: int = 8
    gated_by_breath: bool = True
    end_expiration: tuple[float, float] = (0.65, 1.0)
    accepted_rr: tuple[float, float] = (0.8, 1.2)

    def __post_init__(self) -> None:
        """Refuse what a user may have mistyped."""
        check_whole(n_gates=self.n_gates)
        start, end = self.end_expiration
        if not 0 <= start < end <= 1:
            raise BadInput(
                f"end_expiration must lie within 0 and 1 of a breath, got {start} to {end}; is it in percent?"
            )
        low, high = self.accepted_rr
        if not 0 <= low <= 1 <= high < np.inf:
            raise BadInput(f"accepted_rr must hold 1, the median R-R interval, got {low} to {high}; is it in percent?")


def read_acceptance(
    *,
    n_gates: Any,  # noqa: ANN401
    gated_by_breath: Any,  # noqa: ANN401
    end_expiration: object,
    accepted_rr: object,
) -> Acceptance:
    """Return what a user's settings mean.

    Raises:
        BadInput: values of another kind, or that cannot be.
    """
    check_whole(smallest=FEWEST_GATES, n_gates=n_gates)
    check_yes_or_no(gated_by_breath=gated_by_breath)
    return Acceptance(
        n_gates=n_gates,
        gated_by_breath=gated_by_breath,
        end_expiration=_pair("end_expiration", end_expiration),
        accepted_rr=_pair("accepted_rr", accepted_rr),
    )


def _pair(name: str, value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(type(x) in (int, float) for x in value):
        raise BadInput(f'{name} must be two numbers, got {value!r}; on a command line write --{name} "[0.8,1.2]"')
    return float(value[0]), float(value[1])
