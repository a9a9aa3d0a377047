"""Commands as readers see and write them, so that tests run what readers run."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path


def commands_in(document: Path) -> list[str]:
    """List the command lines of a document's ```bash blocks, lines that end in a backslash joined."""
    lines = "".join(_blocks("bash", document)).replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]


def python_in(document: Path) -> list[str]:
    """List a document's ```python blocks."""
    return _blocks("python", document)


def _blocks(language: str, document: Path) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(), re.M | re.S)


def command_line(options: Mapping[str, object]) -> list[str]:
    """Write options as a run takes them on its command line."""
    return [part for name, value in options.items() for part in (f"--{name}", str(value))]


def reader_environment() -> dict[str, str]:
    """Return the environment in which a reader types a command: without what a `make` about the tests hands on."""
    handed_on = ("PYTHONPATH", "MAKE", "MFLAGS", "OPTIONS")
    return {name: value for name, value in os.environ.items() if not name.startswith(handed_on)}


def with_options(command: str, options: str) -> str:
    """Add options of a run to a command that shows `make` or MONAI's command line."""
    if not options:
        return command
    if not command.startswith("make "):
        return f"{command} {options}"
    if 'OPTIONS="' in command:
        return command.replace('OPTIONS="', f'OPTIONS="{options} ')
    return f'{command} OPTIONS="{options}"'
