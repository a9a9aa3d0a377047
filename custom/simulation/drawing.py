"""Drawing the numbers of one animal from their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TypeVar

import numpy as np

from custom.errors import BadInput
from custom.simulation.animal import TRACERS, Animal, Body, ComputedTomography, Heart, Pattern, Scan, Uptake
from custom.simulation.ranges import Range, Ranges

ORGANS = ("liver", "lung", "muscle", "fat", "spleen", "bone", "marrow", "stomach_wall", "bowel", "gallbladder")

Section = TypeVar("Section")


def draw_animal(generator: np.random.Generator, ranges: Ranges, *, tracer: str = "red_blood_cells") -> Animal:
    """Draw one animal from the ranges.

    Args:
        generator: source of random numbers.
        ranges: sections of ranges, see `canine.yaml`.
        tracer: "red_blood_cells" (blood pool) or "perfusion".

    Raises:
        BadInput: unknown tracer, ranges that lack a section or a number, or a number that cannot be.
    """
    if tracer not in TRACERS:
        raise BadInput(f"tracer must be one of {', '.join(TRACERS)}, got {tracer!r}; check the spelling")
    pattern = _draw(Pattern, "pattern", generator, ranges)
    return Animal(
        tracer=tracer,
        body=_draw(Body, "body", generator, ranges),
        heart=_draw(Heart, "heart", generator, ranges),
        uptake=_draw_uptake(generator, ranges, tracer),
        pattern=pattern,
        scan=_draw(Scan, "scan", generator, ranges),
        ct=_draw(ComputedTomography, "ct", generator, ranges),
        has_deficit=bool(generator.uniform() < pattern.deficit_probability),
    )


def _section(name: str, ranges: Ranges, expected: set[str]) -> Mapping[str, Range]:
    found = set(ranges.get(name, {}))
    if found != expected:
        raise BadInput(
            f"section {name!r} of the ranges must hold exactly its numbers; missing {sorted(expected - found)}, "
            f"unknown {sorted(found - expected)}; compare with custom/simulation/canine.yaml"
        )
    return ranges[name]


def _draw(kind: type[Section], section: str, generator: np.random.Generator, ranges: Ranges) -> Section:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    entries = _section(section, ranges, set(names))
    return kind(**{name: entries[name].draw(generator) for name in names})


def _draw_uptake(generator: np.random.Generator, ranges: Ranges, tracer: str) -> Uptake:
    if tracer == "perfusion":
        entries = _section(tracer, ranges, {*ORGANS, "blood", "gate_change"})
        blood, diastole = entries["blood"].draw(generator), 1.0
        systole = entries["gate_change"].draw(generator)
    else:
        names = ("imbv_end_diastole", "imbv_end_systole", "imbv_correlation")
        entries = _section(tracer, ranges, {*ORGANS, *names})
        blood = 1.0
        correlation = entries["imbv_correlation"].draw(generator)
        first, second = generator.normal(size=2)
        diastole = entries["imbv_end_diastole"].at(first)
        systole = entries["imbv_end_systole"].at(correlation * first + np.sqrt(1 - correlation**2) * second)
    organs = {name: entries[name].draw(generator) for name in ORGANS}
    return Uptake(blood=blood, myocardium_end_diastole=diastole, myocardium_end_systole=systole, **organs)
