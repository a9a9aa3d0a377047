"""What is asked of a cohort's cases."""

from __future__ import annotations

from dataclasses import dataclass

from custom.simulation.registration import EXACT, Registration


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What, besides the camera and the ranges, decides how cases come out.

    Args:
        tracer: "red_blood_cells" or "perfusion".
        n_iterations: of MLEM, for the images and for the templates of iterative Yang.
        n_yang_iterations: of iterative Yang.
        registration: how the CT, on which the regions for iterative Yang are outlined, lies over the images.
        list_mode: whether the whole scan is kept, event by event, with the truth of all eight gates.
    """

    tracer: str = "red_blood_cells"
    n_iterations: int = 80
    n_yang_iterations: int = 10
    registration: Registration = EXACT
    list_mode: bool = False
