"""Ranges of the drawn numbers, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from custom.errors import BadInput

CANINE_FILE = Path(__file__).with_name("canine.yaml")


@dataclass(frozen=True, kw_only=True)
class Range:
    """What one number may be: uniform between low and high, or a normal distribution cut there.

    Raises:
        BadInput: low above high, a mean outside them, an sd that is not positive, no source or a bare "assumed".
    """

    low: float
    high: float
    source: str
    mean: float | None = None
    sd: float | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite([self.low, self.high]).all() and self.low <= self.high):
            raise BadInput(f"a range needs finite low ≤ high, got {self.low} and {self.high}; are they swapped?")
        if (self.mean is None) != (self.sd is None):
            raise BadInput("a range has both mean and sd or neither; leave both out for a uniform distribution")
        if self.mean is not None and not self.low <= self.mean <= self.high:
            raise BadInput(f"a range's mean must lie between {self.low} and {self.high}, got {self.mean}")
        if self.sd is not None and not 0 < self.sd < np.inf:
            raise BadInput(f"a range's sd must be positive, got {self.sd}; a fixed number has low = high and no sd")
        stated, _, reason = self.source.partition(":")
        if not stated.strip() or (stated.strip().startswith("assumed") and not reason.strip()):
            raise BadInput(f"a range needs a source: a publication, or 'assumed: why', got {self.source!r}")

    def at(self, standard_normal: float) -> float:
        """Return the value of a normal range that lies so many standard deviations from its mean, cut at its ends."""
        if self.mean is None or self.sd is None:
            raise ValueError("only a range with mean and sd can be read in standard deviations")
        return float(np.clip(self.mean + self.sd * standard_normal, self.low, self.high))

    def draw(self, generator: np.random.Generator) -> float:
        """Draw one value; of a normal range the tails beyond low and high are drawn again."""
        if self.mean is None or self.sd is None:
            return float(generator.uniform(self.low, self.high))
        for _ in range(1000):
            value = generator.normal(self.mean, self.sd)
            if self.low <= value <= self.high:
                return float(value)
        raise BadInput(f"a range of {self.low} to {self.high} holds next to nothing of {self.mean} ± {self.sd}")


Ranges = Mapping[str, Mapping[str, Range]]


def load_ranges(path: str | Path = CANINE_FILE, *, changed: str | Path | None = None) -> Ranges:
    """Read the ranges of all sections from a YAML file such as `canine.yaml`.

    Args:
        path: the file.
        changed: a second file whose ranges replace those of the same names, such as `unlike.yaml`.

    Raises:
        BadInput: a file that cannot be read, or an entry that is no range; the message names the entry. A changed range
            of a name that there is not.
    """
    ranges = _read(path)
    if changed is None:
        return ranges
    changes = _read(changed)
    known = {(section, name) for section, entries in ranges.items() for name in entries}
    unknown = [
        f"{section}.{name}" for section, each in changes.items() for name in each if (section, name) not in known
    ]
    if unknown:
        raise BadInput(f"{changed} changes ranges of {path}, got {', '.join(unknown)}, which are not there; misspelt?")
    return {section: {**entries, **changes.get(section, {})} for section, entries in ranges.items()}


def _read(path: str | Path) -> dict[str, dict[str, Range]]:
    try:
        document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"the file of ranges must be readable YAML, got {path}: {error}") from error
    if not isinstance(document, Mapping) or not all(isinstance(section, Mapping) for section in document.values()):
        raise BadInput(f"a file of ranges holds sections of named ranges, got something else in {path}")
    return {
        section: {name: _range(f"{section}.{name}", entry) for name, entry in entries.items()}
        for section, entries in document.items()
    }


def _range(name: str, entry: Any) -> Range:  # noqa: ANN401
    try:
        numbers = {key: float(value) for key, value in entry.items() if key != "source"}
        return Range(source=str(entry["source"]), **numbers)
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise BadInput(f"{name} must give low, high and source (and mean, sd), got {entry!r}") from error
