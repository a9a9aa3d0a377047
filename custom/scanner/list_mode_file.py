"""The file of a scan in list mode: one HDF5 file, version 1 of the format.

Attributes of the file:

    format              text: "cardiac-spect-pvc list mode"
    version             whole number: 1
    camera              text: the camera's name, as in its YAML file
    n_modules           whole number: modules, one behind each pinhole, in the order of the projections
    n_rows, n_columns   whole numbers: pixels of a module
    tracer              text: "red_blood_cells" or "perfusion"
    simulated           true or false
    origin              text: where the data come from
    ticks_per_second    whole number: the unit of every time in the file; 10000 where this project writes it
    n_ticks             whole number: length of the scan; in seconds, n_ticks / ticks_per_second
    seed                whole number, of simulated scans only

Data sets, one-dimensional:

    events/ticks        uint32: whole ticks from the start of the scan to the event, never decreasing, below n_ticks
    events/modules      uint8: module of the event, from 0
    events/pixels       uint16: row · n_columns + column, both from 0; rows and columns as docs/conventions.md has them
    triggers/r_waves    uint32: R waves of the ECG, ticks, increasing, at most n_ticks; empty where none were recorded
    triggers/breaths    uint32: beginnings of inspiration, likewise

Events are those in the camera's energy window, uncorrected: no dead time, uniformity or decay has been corrected. Any
compression of HDF5's own will do; written are chunks of 2¹⁸ entries, bytes shuffled, gzip. Nothing else is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import h5py
import numpy as np

from custom.errors import BadInput
from custom.leftovers import remove_leftovers
from custom.scanner.list_mode import Events, ListMode, check_events

FORMAT, VERSION = "cardiac-spect-pvc list mode", 1
EVENTS: dict[str, type[np.generic]] = {"ticks": np.uint32, "modules": np.uint8, "pixels": np.uint16}
MOST_TRIGGERS = 10_000_000  # a day of beats at 100 a second
TRIGGERS = ("r_waves", "breaths")
CHUNK = 1 << 18
SLAB = 16 * CHUNK

Kind = TypeVar("Kind", bool, int, str)


def write_list_mode(path: str | Path, list_mode: ListMode, events: Events) -> None:
    """Write a scan whole or not at all; the same scan gives the same bytes.

    Args:
        path: of the new file, in a folder that exists; a file of this name is replaced.
        list_mode: the scan.
        events: all of its events.

    Raises:
        ValueError: events that do not belong to such a scan.
        BadInput: the file cannot be written.
    """
    check_events(list_mode, events)
    path = Path(path).absolute()
    remove_leftovers(path.parent, f".{path.name}.*.unfinished")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=".unfinished", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            with h5py.File(unfinished, "w") as file:
                file.attrs.update(_attributes(list_mode))
                for name in EVENTS:
                    _put(file, f"events/{name}", getattr(events, name))
                for name in TRIGGERS:
                    _put(file, f"triggers/{name}", getattr(list_mode, name))
            unfinished.replace(path)
    except OSError as error:
        raise BadInput(f"a list-mode file must be writable, got {path} ({error}); is the disk full?") from error


def read_list_mode(path: str | Path) -> ListMode:
    """Read what is known of a scan besides its events.

    Raises:
        BadInput: no such file, another format or version, or a part that is missing or breaks a rule.
    """
    with _opened(path) as file:
        return _list_mode(file)


def read_events(path: str | Path, *, slab: int = SLAB) -> Iterator[Events]:
    """Read the events of a scan, some at a time, in their order.

    Args:
        path: of the file.
        slab: how many at a time.

    Raises:
        BadInput: as `read_list_mode`; the file is cut off, or its events break a rule.
    """
    with _opened(path) as file:
        list_mode, earliest = _list_mode(file), 0
        arrays = {name: _array(file, f"events/{name}", kind) for name, kind in EVENTS.items()}
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"events have as many ticks as modules and pixels, got {lengths}")
        for first in range(0, lengths["ticks"], slab):
            events = Events(**{name: array[first : first + slab] for name, array in arrays.items()})
            check_events(list_mode, events, earliest_tick=earliest)
            earliest = int(events.ticks[-1])
            yield events


def _attributes(list_mode: ListMode) -> dict[str, Any]:
    n_modules, n_rows, n_columns = list_mode.counts_shape
    shape = {"n_modules": n_modules, "n_rows": n_rows, "n_columns": n_columns}
    said = {name: getattr(list_mode, name) for name in ("camera", "tracer", "simulated", "origin")}
    times = {"ticks_per_second": list_mode.ticks_per_second, "n_ticks": list_mode.n_ticks}
    seed = {} if list_mode.seed is None else {"seed": list_mode.seed}
    return {"format": FORMAT, "version": VERSION} | said | shape | times | seed


def _put(file: h5py.File, name: str, values: np.ndarray) -> None:
    chunk = min(CHUNK, max(len(values), 1))
    # gzip's first level: a tenth larger than its fourth, a third faster; a time of change would alter the bytes
    file.create_dataset(
        name, data=values, maxshape=(None,), chunks=(chunk,), shuffle=True, compression=1, track_times=False
    )


@contextmanager
def _opened(path: str | Path) -> Iterator[h5py.File]:
    """Open a file for reading, and say in one line what breaks a rule in it."""
    if not Path(path).is_file():
        raise BadInput(f"a list-mode file must exist, got {path}; is the name or the working directory another?")
    try:
        with h5py.File(path, "r") as file:
            yield file
    except BadInput:
        raise
    except (OSError, KeyError, RuntimeError) as error:
        raise BadInput(f"list-mode file {path} cannot be read ({error}); is it HDF5, and whole?") from error
    except (ValueError, TypeError) as error:
        raise BadInput(f"list-mode file {path} breaks a rule: {error}") from error


def _list_mode(file: h5py.File) -> ListMode:
    found = _attribute(file, "format", str), _attribute(file, "version", int)
    if found != (FORMAT, VERSION):
        raise ValueError(f"format and version are {FORMAT!r} and {VERSION}, got {found[0]!r} and {found[1]}")
    triggers = [_array(file, f"triggers/{name}", np.uint32) for name in TRIGGERS]
    if max(len(times) for times in triggers) > MOST_TRIGGERS:
        raise ValueError(f"a scan has at most {MOST_TRIGGERS:,} triggers, got {max(map(len, triggers)):,}")
    r_waves, breaths = (times[:] for times in triggers)
    return ListMode(
        camera=_attribute(file, "camera", str),
        counts_shape=(
            _attribute(file, "n_modules", int),
            _attribute(file, "n_rows", int),
            _attribute(file, "n_columns", int),
        ),
        tracer=_attribute(file, "tracer", str),
        simulated=_attribute(file, "simulated", bool),
        origin=_attribute(file, "origin", str),
        n_ticks=_attribute(file, "n_ticks", int),
        r_waves=r_waves,
        breaths=breaths,
        ticks_per_second=_attribute(file, "ticks_per_second", int),
        seed=_attribute(file, "seed", int) if "seed" in file.attrs else None,
    )


def _attribute(file: h5py.File, name: str, kind: type[Kind]) -> Kind:
    if name not in file.attrs:
        raise ValueError(f"the attribute {name} is missing; custom/scanner/list_mode_file.py lists all of them")
    value: Any = file.attrs[name]
    value = value.item() if isinstance(value, np.generic) else value
    if type(value) is not kind:
        raise ValueError(f"the attribute {name} is of type {kind.__name__}, got {value!r}")
    return value


def _array(file: h5py.File, name: str, kind: type[np.generic]) -> h5py.Dataset:
    """Return a data set that lies in this very file; links to other files are not followed."""
    group, _, own = name.partition("/")
    links = [file.get(group, getlink=True), file.get(name, getlink=True)] if group in file else [None]
    if not all(isinstance(link, h5py.HardLink) for link in links):
        raise ValueError(f"the data set {name} is missing; custom/scanner/list_mode_file.py lists all of them")
    array = file[group][own]
    if not isinstance(array, h5py.Dataset) or array.is_virtual or array.external:
        raise ValueError(f"{name} must be a data set with its values in this file")
    if array.dtype != kind or array.ndim != 1:
        raise ValueError(f"{name} is one row of {np.dtype(kind)}, got {array.ndim}-d {array.dtype}")
    return array
