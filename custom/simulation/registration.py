"""How the contrast CT, and the regions that are outlined on it, lie over the SPECT image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.errors import BadInput
from custom.simulation.gating import GATES
from custom.simulation.position import Position

CT_GATES = ("same", "other")
LARGEST_SHIFT_MM = 50.0
"""About the width of a left ventricle; farther, its regions lie where the image shows nothing of it."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The error with which a CT is laid over the SPECT image.

    Args:
        shift_mm: length of a rigid shift in a direction drawn for each animal.
        gate: "same", or "other": the end-systolic CT over the end-diastolic image and the other way round.

    Raises:
        BadInput: a shift that is negative or longer than `LARGEST_SHIFT_MM`, or another gate.
    """

    shift_mm: float = 0.0
    gate: str = "same"

    def __post_init__(self) -> None:
        """Refuse errors that cannot be."""
        if not isinstance(self.shift_mm, int | float) or not 0 <= self.shift_mm <= LARGEST_SHIFT_MM:
            raise BadInput(
                f"ct_shift_mm must be a length from 0 to {LARGEST_SHIFT_MM:g}, got {self.shift_mm!r}; farther, the "
                "outlined heart lies beside the imaged one and nothing is corrected"
            )
        if self.gate not in CT_GATES:
            raise BadInput(f"ct_gate must be one of {', '.join(CT_GATES)}, got {self.gate!r}; check the spelling")

    def ct_gate(self, gate: str) -> str:
        """Return the gate whose CT is laid over a gate's image."""
        return gate if self.gate == "same" else GATES[1 - GATES.index(gate)]

    def draw_position(self, generator: np.random.Generator) -> Position:
        """Return where the CT shows the animal: at end-expiration, shifted in a direction evenly drawn from all."""
        direction = generator.normal(size=3)
        right, anterior, head = (self.shift_mm * direction / np.linalg.norm(direction)).tolist()
        return Position(shift_mm=(right, anterior, head))


EXACT = Registration()
"""The CT shows what the image shows."""
