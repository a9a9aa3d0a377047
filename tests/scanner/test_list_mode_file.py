"""The list-mode file: what is written is read, and what is broken is refused in one line."""

from __future__ import annotations

import time

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.scanner import list_mode_file
from custom.scanner.list_mode import Events, ListMode
from custom.scanner.list_mode_file import read_events, read_list_mode, write_list_mode

N_TICKS = 5000


def scan(**changes):
    values = {
        "camera": "tiny µ",
        "counts_shape": (3, 6, 5),
        "tracer": "perfusion",
        "simulated": True,
        "origin": "simulated",
        "n_ticks": N_TICKS,
        "r_waves": np.array([0, 1000, 2100], dtype=np.uint32),
        "breaths": np.array([400, 3000], dtype=np.uint32),
        "seed": 4,
    }
    return ListMode(**values | changes)


def drawn(n, seed=0):
    generator = np.random.default_rng(seed)
    return Events(
        ticks=np.sort(generator.integers(N_TICKS, size=n)).astype(np.uint32),
        modules=generator.integers(3, size=n).astype(np.uint8),
        pixels=generator.integers(30, size=n).astype(np.uint16),
    )


def joined(pieces):
    pieces = list(pieces)
    return {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("ticks", "modules", "pixels")}


@pytest.fixture
def written(tmp_path):
    write_list_mode(tmp_path / "scan.h5", scan(), drawn(1000))
    return tmp_path / "scan.h5"


@pytest.fixture
def refused(written):
    """Change the file, read all of it, and return the line that the user reads."""

    def after(change=None):
        if change is not None:
            with h5py.File(written, "r+") as file:
                change(file)
        with pytest.raises(BadInput) as caught:
            list(read_events(written))  # reads all that `read_list_mode` does
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return after


def test_what_was_written_is_read(written):
    found, wanted = read_list_mode(written), scan()
    for name in ("camera", "counts_shape", "tracer", "simulated", "origin", "n_ticks", "ticks_per_second", "seed"):
        assert getattr(found, name) == getattr(wanted, name)
        assert type(getattr(found, name)) is type(getattr(wanted, name))
    assert found.r_waves.tolist() == [0, 1000, 2100]
    assert found.breaths.tolist() == [400, 3000]
    events = drawn(1000)
    for name, values in joined(read_events(written)).items():
        assert np.array_equal(values, getattr(events, name))


@given(n=st.integers(0, 300), slab=st.integers(1, 400))
def test_slabs_of_any_size_hold_all_events_in_order(n, slab, tmp_path_factory):
    path = tmp_path_factory.mktemp("slabs") / "scan.h5"
    write_list_mode(path, scan(), drawn(n))
    pieces = list(read_events(path, slab=slab))
    assert [len(piece) for piece in pieces] == [min(slab, n - first) for first in range(0, n, slab)]
    if n:
        assert np.array_equal(joined(pieces)["pixels"], drawn(n).pixels)


def test_a_measured_scan_without_triggers_or_seed(tmp_path):
    nothing = np.zeros(0, dtype=np.uint32)
    wanted = scan(simulated=False, r_waves=nothing, breaths=nothing, seed=None)
    write_list_mode(tmp_path / "scan.h5", wanted, drawn(0))
    found = read_list_mode(tmp_path / "scan.h5")
    assert (found.simulated, found.seed, len(found.r_waves), len(found.breaths)) == (False, None, 0, 0)
    assert list(read_events(tmp_path / "scan.h5")) == []


def test_the_same_scan_gives_the_same_bytes_at_another_time(written, tmp_path):
    time.sleep(1.1)  # times in HDF5 are whole seconds
    (tmp_path / "elsewhere").mkdir()
    write_list_mode(tmp_path / "elsewhere" / "other.h5", scan(), drawn(1000))
    assert (tmp_path / "elsewhere" / "other.h5").read_bytes() == written.read_bytes()


def test_any_compression_can_be_read(written):
    with h5py.File(written, "r+") as file:
        ticks = file["events/ticks"][:]
        del file["events/ticks"]
        file["events/ticks"] = ticks
    assert np.array_equal(joined(read_events(written))["ticks"], drawn(1000).ticks)


def test_a_file_is_replaced_whole_or_not_at_all(written, monkeypatch):
    before = written.read_bytes()

    def disk_is_full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(list_mode_file, "_put", disk_is_full)
    with pytest.raises(BadInput, match="is the disk full"):
        write_list_mode(written, scan(), drawn(5))
    assert written.read_bytes() == before
    assert list(written.parent.iterdir()) == [written]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match="list-mode file must be writable"):
        write_list_mode(tmp_path / "gone" / "scan.h5", scan(), drawn(5))


def test_events_of_another_camera_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="modules are numbered from 0 to 0"):
        write_list_mode(tmp_path / "scan.h5", scan(counts_shape=(1, 6, 5)), drawn(100))
    assert list(tmp_path.iterdir()) == []


def test_no_file_and_no_hdf5(tmp_path, refused, written):
    with pytest.raises(BadInput, match="list-mode file must exist"):
        read_list_mode(tmp_path / "gone.h5")
    with pytest.raises(BadInput, match="list-mode file must exist"):
        read_list_mode(tmp_path)
    written.write_text("dear colleague")
    assert "is it HDF5, and whole?" in refused()


@pytest.mark.parametrize("kept", [0, 100, 0.3, 0.9, -1])
def test_a_file_that_is_cut_off(kept, refused, written):
    content = written.read_bytes()
    written.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    assert "is it HDF5, and whole?" in refused()


def test_a_chunk_that_was_damaged(refused, written):
    with h5py.File(written) as file:
        chunk = file["events/ticks"].id.get_chunk_info(0)
    content = bytearray(written.read_bytes())
    content[chunk.byte_offset + chunk.size // 2] ^= 0xFF
    written.write_bytes(content)
    assert "is it HDF5, and whole?" in refused()


def replaced(name, values):
    def change(file):
        del file[name]
        file[name] = values

    return change


def attribute(name, value):
    return lambda file: file.attrs.__setitem__(name, value)


def group_for_array(file):
    del file["events/ticks"]
    file.create_group("events/ticks")


def external_link(file):
    del file["events/ticks"]
    file["events/ticks"] = h5py.ExternalLink("/etc/passwd", "/ticks")


def soft_group(file):
    file.move("events", "others")
    file["events"] = h5py.SoftLink("/others")


def virtual(file):
    del file["events/ticks"]
    layout = h5py.VirtualLayout(shape=(1000,), dtype=np.uint32)
    layout[:] = h5py.VirtualSource("/etc/passwd", "ticks", shape=(1000,))
    file.create_virtual_dataset("events/ticks", layout)


def external_values(file):
    del file["events/ticks"]
    file.create_dataset("events/ticks", (1000,), dtype=np.uint32, external=[("/etc/passwd", 0, 4000)])


def array(name, **changes):
    return lambda file: file[name].__setitem__(changes["at"], changes["value"])


def endless_triggers(file):
    """Announce a terabyte of heartbeats in a file of some kilobytes."""
    del file["triggers/r_waves"]
    file.create_dataset("triggers/r_waves", shape=(2**40,), dtype=np.uint32, chunks=(2**16,))


BROKEN = {
    "other_format": (attribute("format", "something"), "format and version are"),
    "other_version": (attribute("version", 2), "got 'cardiac-spect-pvc list mode' and 2"),
    "no_format": (lambda file: file.attrs.__delitem__("format"), "the attribute format is missing"),
    "no_camera": (lambda file: file.attrs.__delitem__("camera"), "the attribute camera is missing"),
    "number_for_text": (attribute("camera", 5), "the attribute camera is of type str, got 5"),
    "text_for_number": (attribute("n_ticks", "long"), "the attribute n_ticks is of type int, got 'long'"),
    "fraction": (attribute("n_ticks", 4999.5), "the attribute n_ticks is of type int"),
    "numbers": (attribute("n_rows", [6, 6]), "the attribute n_rows is of type int"),
    "no_ticks": (lambda file: file.__delitem__("events/ticks"), "the data set events/ticks is missing"),
    "no_events": (lambda file: file.__delitem__("events"), "is missing"),
    "no_breaths": (lambda file: file.__delitem__("triggers/breaths"), "the data set triggers/breaths is missing"),
    "group": (group_for_array, "must be a data set"),
    "lengths": (replaced("events/modules", np.zeros(999, dtype=np.uint8)), "as many ticks as modules and pixels"),
    "objects": (
        replaced("events/pixels", np.array(["a"] * 1000, dtype=h5py.string_dtype())),
        "events/pixels is one row of uint16",
    ),
    "floats": (replaced("events/ticks", np.arange(1000.0)), "events/ticks is one row of uint32, got 1-d float64"),
    "two_dimensions": (replaced("events/ticks", np.zeros((10, 100), dtype=np.uint32)), "got 2-d uint32"),
    "scalar": (replaced("triggers/r_waves", np.uint32(4)), "got 0-d uint32"),
    "unsorted": (array("events/ticks", at=500, value=0), "times of events never decrease"),
    "beyond_the_end": (array("events/ticks", at=999, value=N_TICKS), "within the scan's 5000 ticks"),
    "module": (
        array("events/modules", at=7, value=3),
        "modules are numbered from 0 to 2, got 3; do they count from 1?",
    ),
    "pixel": (array("events/pixels", at=7, value=30), "pixels are numbered from 0 to 29"),
    "triggers": (array("triggers/r_waves", at=1, value=3000), "r_waves increase"),
    "endless": (endless_triggers, "at most 10,000,000 triggers, got 1,099,511,627,776"),
    "tracer": (attribute("tracer", "gold"), "tracer must be one of"),
    "external_link": (external_link, "is missing"),
    "soft_group": (soft_group, "is missing"),
    "virtual": (virtual, "with its values in this file"),
    "external_values": (external_values, "with its values in this file"),
}


@pytest.mark.parametrize(("change", "rule"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_in_one_line(change, rule, refused):
    assert rule in refused(change)


def test_order_is_held_across_slabs(written):
    with h5py.File(written, "r+") as file:
        file["events/ticks"][500:] = np.sort(file["events/ticks"][:500])
    with pytest.raises(BadInput, match="never decrease"):
        list(read_events(written, slab=500))
