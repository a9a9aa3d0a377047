"""The machine, in words."""

from __future__ import annotations

import os
import re

from custom.machine import describe_machine, processor


def test_processor_cores_and_memory_are_named() -> None:
    said = describe_machine()
    assert said.startswith(processor())
    assert f"{os.cpu_count()} cores" in said
    assert re.search(r"[1-9]\d* GiB", said)
