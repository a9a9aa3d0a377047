"""On which machine numbers were made."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil
import torch


def describe_machine() -> str:
    """Describe processor, cores, memory and, where there is one, the graphics card."""
    memory_gib = psutil.virtual_memory().total / 2**30
    cards = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    return ", ".join([processor(), f"{os.cpu_count()} cores", f"{memory_gib:.0f} GiB", *cards])


def processor() -> str:
    """Return the name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
