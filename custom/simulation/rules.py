"""Rules that drawn numbers must keep, stated once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from custom.errors import BadInput


def hold_between(
    section: str, numbers: Mapping[str, float], low: float, high: float, *, open_low: bool = False, hint: str
) -> None:
    """Refuse numbers that are not finite or lie outside low to high; `open_low` excludes low itself.

    Raises:
        BadInput: naming section, number, rule and likely cause.
    """
    for name, value in numbers.items():
        if not np.isfinite(value) or value < low or value > high or (open_low and value == low):
            bounds = f"above {low:g}" if open_low else f"at least {low:g}"
            bounds += "" if np.isinf(high) else f" and at most {high:g}"
            raise BadInput(f"{section}.{name} must be finite, {bounds}, got {value}; {hint}")


def hold_positive(section: str, numbers: Mapping[str, float]) -> None:
    """Refuse numbers that are not positive and finite.

    Raises:
        BadInput: naming section and number.
    """
    hold_between(section, numbers, 0.0, np.inf, open_low=True, hint="a size or rate is positive; a sign slip?")


def hold_fraction(section: str, numbers: Mapping[str, float]) -> None:
    """Refuse numbers outside 0 to 1.

    Raises:
        BadInput: naming section and number.
    """
    hold_between(section, numbers, 0.0, 1.0, hint="a fraction, not percent")
