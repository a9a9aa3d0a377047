"""Animals that cannot be, found before anything is computed or written."""

from __future__ import annotations

from custom.errors import BadInput
from custom.simulation.acquisition import ANATOMY_REFINEMENT
from custom.simulation.anatomy import fit_thorax
from custom.simulation.case_files import subject
from custom.simulation.drawing import draw_animal
from custom.simulation.imaging import random_streams
from custom.simulation.plan import Plan


def refuse_impossible(plan: Plan) -> None:
    """Draw the animals of a plan and fit their hearts into their thoraxes, some 20 ms each.

    Raises:
        BadInput: naming the first animal that cannot be, and the rule that its numbers or their ranges break.
    """
    grid = plan.camera.grid.refined(ANATOMY_REFINEMENT)
    for animal in plan.animals:
        drawing = random_streams(plan.seed, animal)[0]
        try:
            fit_thorax(draw_animal(drawing, plan.ranges, tracer=plan.recipe.tracer), grid)
        except BadInput as error:
            raise BadInput(f"{subject(animal)} cannot be: {error}") from error
