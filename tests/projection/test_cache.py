from __future__ import annotations

import os
import time

import numpy as np
import pytest

from custom.projection import cache

DTYPES = {"first": "<i4", "second": "<f4"}
PIECES = [{"first": np.arange(5), "second": np.ones(3)}, {"first": np.arange(2)}]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def kept(tmp_path):
    folder = tmp_path / "deep" / "key"
    cache.store(folder, PIECES, DTYPES)
    return folder


def test_pieces_come_back_strung_together(kept):
    arrays = cache.load(kept, DTYPES)
    np.testing.assert_array_equal(arrays["first"], [0, 1, 2, 3, 4, 0, 1])
    np.testing.assert_array_equal(arrays["second"], [1, 1, 1])
    assert arrays["first"].dtype == np.int32
    assert isinstance(arrays["first"], np.memmap)


def test_an_empty_array_is_kept_too(tmp_path):
    cache.store(tmp_path / "key", [{"first": np.arange(2)}], DTYPES)
    assert len(cache.load(tmp_path / "key", DTYPES)["second"]) == 0


def test_what_a_reader_changes_stays_with_the_reader(kept):
    cache.load(kept, DTYPES)["first"][0] = 99
    assert cache.load(kept, DTYPES)["first"][0] == 0


def test_nothing_there_is_nothing(tmp_path):
    assert cache.load(tmp_path / "key", DTYPES) is None


def cut(folder):
    os.truncate(folder / "second", 8)


def flip(folder):
    """One bit in the middle."""
    content = bytearray((folder / "first").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "first").write_bytes(content)


def zero(folder):
    (folder / "second").write_bytes(bytes(12))


@pytest.mark.parametrize(
    "harm",
    [
        cut,
        flip,
        zero,
        lambda folder: (folder / "first").unlink(),
        lambda folder: (folder / cache.MANIFEST).unlink(),
        lambda folder: (folder / cache.MANIFEST).write_text("{"),
        lambda folder: (folder / cache.MANIFEST).write_text("{}"),
        lambda folder: (folder / cache.MANIFEST).write_text("[]"),
    ],
    ids=[
        "cut",
        "a bit flipped",
        "zeroed",
        "gone",
        "no manifest",
        "half a manifest",
        "another manifest",
        "no manifest at all",
    ],
)
def test_what_is_not_whole_is_noticed_and_replaced(kept, harm):
    harm(kept)
    assert cache.load(kept, DTYPES) is None
    cache.store(kept, PIECES, DTYPES)
    assert len(cache.load(kept, DTYPES)["first"]) == 7
    assert names(kept.parent) == ["key"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_nothing(tmp_path, stop):
    def pieces():
        yield PIECES[0]
        raise stop

    with pytest.raises(stop if isinstance(stop, type) else OSError):
        cache.store(tmp_path / "key", pieces(), DTYPES)
    assert names(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    try:
        with pytest.raises(OSError):  # noqa: PT011 - whichever the system gives
            cache.store(tmp_path / "key", [{"first": np.zeros(1 << 16)}], DTYPES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == []


def test_what_killed_processes_left_goes_after_a_day(tmp_path):
    for name, age_h in (("old.partial", 30), ("new.partial", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "first").write_bytes(b"12")
        for path in (tmp_path / name, tmp_path / name / "first"):
            os.utime(path, (time.time() - age_h * 3600,) * 2)
    cache.store(tmp_path / "key", PIECES, DTYPES)
    assert names(tmp_path) == ["key", "new.partial"]


def test_the_users_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.user_cache_dir() == tmp_path / "cardiac-spect-pvc" / "system-matrices"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.user_cache_dir() == tmp_path / ".cache" / "cardiac-spect-pvc" / "system-matrices"


def test_a_key_tells_contents_apart():
    contents = [[1, {"a": 1.0}], [2, {"a": 1.0}], [1, {"a": 1.0000001}], [1, {"b": 1.0}]]
    assert len({cache.content_key(content) for content in contents}) == 4
    assert cache.content_key({"a": 1, "b": 2}) == cache.content_key({"b": 2, "a": 1})
