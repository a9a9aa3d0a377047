"""What a user sees when a file or setting is wrong."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from custom.errors import BadInput, find_bad_input, written_to
from tests.conftest import RunPython

WRAPPED = """
from custom.errors import BadInput, explain_bad_input
explain_bad_input()
try:
    raise BadInput("voxels must be numbers,\\n  got NaN in 3 of them;\\n likely a failed export")
except BadInput as error:
    raise RuntimeError("Failed to evaluate 'expression'") from error
"""


def test_a_wrapped_bad_input_ends_with_one_line_and_status_1(repository: Path, run_python: RunPython) -> None:
    ended = run_python("-c", WRAPPED, folder=repository)
    assert ended.returncode == 1
    assert ended.stderr == "error: voxels must be numbers, got NaN in 3 of them; likely a failed export\n"


def test_other_errors_keep_their_traceback(repository: Path, run_python: RunPython) -> None:
    code = "from custom.errors import explain_bad_input\nexplain_bad_input()\n1 / 0"
    ended = run_python("-c", code, folder=repository)
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
    assert "ZeroDivisionError" in ended.stderr


def test_found_as_context_of_a_cause() -> None:
    bad = BadInput("rule")
    outer, middle = RuntimeError("outer"), KeyError("middle")
    outer.__cause__, middle.__context__ = middle, bad
    assert find_bad_input(outer) is bad


def test_found_as_context_beside_an_innocent_cause() -> None:
    bad, outer = BadInput("rule"), RuntimeError("outer")
    outer.__cause__, outer.__context__ = KeyError("cause"), bad
    assert find_bad_input(outer) is bad


def test_a_circle_of_exceptions_ends() -> None:
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__context__, second.__cause__ = second, first
    assert find_bad_input(first) is None


def test_bad_input_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="rule"):
        raise BadInput("rule")


def test_what_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    with (
        pytest.raises(BadInput, match=f"got 'No space left on device' in {tmp_path}; is the disk full"),
        written_to(tmp_path),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
