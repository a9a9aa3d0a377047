"""Where an animal is at a moment of its scan: how far it has breathed in, and how far it has been moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class Position:
    """A position of the whole animal.

    Args:
        breath: depth of the breath, 0 at end-expiration, 1 at end-inspiration.
        shift_mm: of the whole body from where the scan began: right, anterior, head.

    Raises:
        BadInput: a breath outside 0 to 1, or a shift that is not finite.
    """

    breath: float = 0.0
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        """Refuse positions that cannot be."""
        if not 0 <= self.breath <= 1:
            raise BadInput(f"a breath lies between 0 and 1, got {self.breath}; is it in percent?")
        if len(self.shift_mm) != 3 or not np.isfinite(self.shift_mm).all():
            raise BadInput(f"shift_mm must be three finite lengths, got {self.shift_mm}")


AT_REST = Position()
"""End-expiration, not moved: how the CT and the label maps see the animal."""
