"""A scan in list mode: every detected photon with its time and place, and the triggers of heart and breath."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

import numpy as np

TICKS_PER_SECOND = 10_000
TRACERS = ("red_blood_cells", "perfusion")


@dataclass(frozen=True, kw_only=True, eq=False)
class ListMode:
    """What is known of a scan besides its events. All times are whole ticks since the start of the scan.

    Args:
        camera: name, as in the camera's file.
        counts_shape: number of pinholes (each with its module), rows and columns.
        tracer: "red_blood_cells" or "perfusion".
        simulated: whether no camera ever measured this.
        origin: where the data come from, in words.
        n_ticks: length of the scan.
        r_waves: when an R wave was detected, increasing, uint32.
        breaths: when an inspiration began, increasing, uint32.
        ticks_per_second: unit of all times.
        seed: of the random numbers of a simulated scan.

    Raises:
        ValueError: an empty scan or camera, a tracer that is not known, or triggers that are not increasing within the
            scan.
    """

    camera: str
    counts_shape: tuple[int, int, int]
    tracer: str
    simulated: bool
    origin: str
    n_ticks: int
    r_waves: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.uint32))
    breaths: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.uint32))
    ticks_per_second: int = TICKS_PER_SECOND
    seed: int | None = None

    def __post_init__(self) -> None:
        """Hold the rules that make a scan valid."""
        n_pinholes, n_rows, n_columns = self.counts_shape
        if not (0 < n_pinholes <= 256 and min(n_rows, n_columns) > 0 and n_rows * n_columns <= 65536):
            raise ValueError(f"a scan has 1 to 256 modules of 1 to 65536 pixels, got {self.counts_shape}")
        if not 0 < self.n_ticks < 2**32 or self.ticks_per_second < 1:
            raise ValueError(
                f"a scan lasts 1 to {2**32 - 1} ticks, a second at least one; got {self.n_ticks} and "
                f"{self.ticks_per_second}"
            )
        if self.tracer not in TRACERS:
            raise ValueError(f"tracer must be one of {', '.join(TRACERS)}, got {self.tracer!r}")
        _check_increasing(self.n_ticks, r_waves=self.r_waves, breaths=self.breaths)

    @property
    def seconds(self) -> float:
        """Length of the scan, s."""
        return self.n_ticks / self.ticks_per_second


@dataclass(frozen=True, kw_only=True, eq=False)
class Events:
    """Detected photons in the order of their times.

    Args:
        ticks: whole ticks since the start of the scan, never decreasing, shape (event,), uint32.
        modules: number of the pinhole's module, from 0, uint8.
        pixels: row · number of columns + column, uint16.

    Raises:
        ValueError: arrays of other types, or that differ in length.
    """

    ticks: np.ndarray
    modules: np.ndarray
    pixels: np.ndarray

    def __post_init__(self) -> None:
        """Hold the rules that make arrays a list of events."""
        for name, kind in (("ticks", np.uint32), ("modules", np.uint8), ("pixels", np.uint16)):
            values = getattr(self, name)
            if values.dtype != kind or values.ndim != 1:
                raise ValueError(
                    f"{name} of events are one row of {np.dtype(kind)}, got {values.ndim}-d {values.dtype}"
                )
        if not len(self.ticks) == len(self.modules) == len(self.pixels):
            lengths = len(self.ticks), len(self.modules), len(self.pixels)
            raise ValueError(f"events have as many ticks as modules and pixels, got {lengths}")

    def __len__(self) -> int:
        return len(self.ticks)


def check_events(list_mode: ListMode, events: Events, *, earliest_tick: int = 0) -> None:
    """Hold events against the scan that they belong to.

    Args:
        list_mode: the scan.
        events: some of its events.
        earliest_tick: none may be before; the last tick of the events before these.

    Raises:
        ValueError: times that decrease or lie beyond the scan's end, or a module or pixel that there is not.
    """
    if not len(events):
        return
    if events.ticks[0] < earliest_tick or (events.ticks[1:] < events.ticks[:-1]).any():
        raise ValueError("times of events never decrease, got one earlier than its predecessor; sort them by time")
    if events.ticks[-1] >= list_mode.n_ticks:
        raise ValueError(f"events lie within the scan's {list_mode.n_ticks} ticks, got one at {events.ticks[-1]}")
    n_modules, n_pixels = list_mode.counts_shape[0], prod(list_mode.counts_shape[1:])
    if (largest := events.modules.max()) >= n_modules:
        raise ValueError(f"modules are numbered from 0 to {n_modules - 1}, got {largest}; do they count from 1?")
    if (largest := events.pixels.max()) >= n_pixels:
        raise ValueError(
            f"pixels are numbered from 0 to {n_pixels - 1}, got {largest}; row · columns + column is meant"
        )


def _check_increasing(n_ticks: int, **triggers: np.ndarray) -> None:
    for name, ticks in triggers.items():
        if ticks.dtype != np.uint32 or ticks.ndim != 1:
            raise ValueError(f"{name} are one row of uint32, got {ticks.ndim}-d {ticks.dtype}")
        if len(ticks) and ((ticks[1:] <= ticks[:-1]).any() or ticks[-1] > n_ticks):
            raise ValueError(
                f"{name} increase within the scan's {n_ticks} ticks; are they sorted, in ticks, and no two alike?"
            )
