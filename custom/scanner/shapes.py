"""Names for the shapes of arrays; checked in tests only."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

Image = Float[Tensor, "*batch x y z"]
Counts = Float[Tensor, "*batch pinhole row column"]
