"""Drawing the numbers of one animal from their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TypeVar

import numpy as np

from custom.errors import BadInput
from custom.scanner.list_mode import TRACERS
from custom.simulation.animal import Animal, Body, ComputedTomography, Heart, Motion, Pattern, Scan, Uptake
from custom.simulation.ranges import Range, Ranges
from custom.simulation.rules import hold_between, hold_fraction

STOMACH = ("stomach_wall_active", "stomach_probability")
IMBV = ("imbv_end_diastole", "imbv_end_systole")
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
    uptake, has_stomach_activity = _draw_uptake(generator, ranges, tracer)
    return Animal(
        tracer=tracer,
        body=_draw(Body, "body", generator, ranges),
        heart=_draw(Heart, "heart", generator, ranges),
        uptake=uptake,
        pattern=pattern,
        scan=_draw(Scan, "scan", generator, ranges),
        ct=_draw(ComputedTomography, "ct", generator, ranges),
        motion=_draw(Motion, "motion", generator, ranges),
        has_stomach_activity=has_stomach_activity,
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
    # A range that reaches beyond what can be is refused at the first animal, not at the one that draws it.
    kind(**{name: entries[name].low for name in names})
    kind(**{name: entries[name].high for name in names})
    return kind(**{name: entries[name].draw(generator) for name in names})


def _draw_uptake(generator: np.random.Generator, ranges: Ranges, tracer: str) -> tuple[Uptake, bool]:
    """Return the uptakes, and whether the stomach's wall takes up free pertechnetate."""
    if tracer == "perfusion":
        entries = _section(tracer, ranges, {*ORGANS, *STOMACH, "blood", "gate_change"})
        _hold_ends(tracer, entries)
        blood, diastole = entries["blood"].draw(generator), 1.0
        systole = entries["gate_change"].draw(generator)
    else:
        entries = _section(tracer, ranges, {*ORGANS, *STOMACH, *IMBV, "imbv_correlation"})
        _hold_ends(tracer, entries)
        blood, (diastole, systole) = 1.0, _draw_imbv(generator, entries)
    active = bool(generator.uniform() < entries["stomach_probability"].draw(generator))
    organs = {name: entries[name].draw(generator) for name in ORGANS}
    wall = entries["stomach_wall_active"].draw(generator)
    if active:
        organs["stomach_wall"] = wall
    return Uptake(blood=blood, myocardium_end_diastole=diastole, myocardium_end_systole=systole, **organs), active


def _hold_ends(tracer: str, entries: Mapping[str, Range]) -> None:
    """Refuse ranges that reach beyond what can be, at the first animal rather than at the one that draws it."""
    lows, highs = ({name: getattr(entry, end) for name, entry in entries.items()} for end in ("low", "high"))
    for ends in (lows, highs):
        hold_fraction(tracer, {"stomach_probability": ends.pop("stomach_probability")})
        correlation = {"imbv_correlation": ends.pop("imbv_correlation", 0.0)}
        hold_between(tracer, correlation, -1.0, 1.0, hint="a correlation, not percent")
        hold_between(tracer, ends, 0.0, np.inf, hint="uptake is not negative; a sign slip?")


def _draw_imbv(generator: np.random.Generator, entries: Mapping[str, Range]) -> tuple[float, float]:
    """Return the intramyocardial blood volumes of both gates, drawn together."""
    for name in IMBV:
        if entries[name].sd is None:
            raise BadInput(f"{name} must have mean and sd, got low and high alone; both gates are drawn together")
    correlation = entries["imbv_correlation"].draw(generator)
    first, second = generator.normal(size=2)
    both = correlation * first + np.sqrt(1 - correlation**2) * second
    diastole, systole = (entries[name] for name in IMBV)
    return diastole.at(first), systole.at(both)
