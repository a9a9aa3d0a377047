"""A run of the bundle in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from monai.bundle import ConfigParser

from custom.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class BundleRun:
    """What a user would start with `python -m monai.bundle run`.

    Args:
        verb: name of the run.
        configs: files, later ones changing what earlier ones say.
        options: values of settings that the configs declare, by name.
    """

    verb: str
    configs: tuple[Path, ...]
    options: Mapping[str, Any]

    def declares(self, name: str) -> bool:
        """Tell whether the configs have a setting of this name."""
        return name in self._parser

    def value(self, name: str) -> Any:  # noqa: ANN401
        """Return what a setting comes to under the options, without making what else the configs describe.

        Raises:
            BadInput: the configs do not declare an option.
        """
        unknown = [option for option in self.options if not self.declares(option)]
        if unknown:
            raise BadInput(f"{self.configs[0]} declares no {', '.join(unknown)}; is a setting misspelt?")
        self._parser.update(dict(self.options))
        self._parser.get_parsed_content("imports")
        return self._parser.get_parsed_content(name)

    def anew(self) -> BundleRun:
        """Return the run of a training that replaces an earlier one instead of continuing it."""
        return replace(self, options={**self.options, "resume": False, "overwrite": True})

    def start(self, log: Path) -> None:
        """Run to the end, and add what is printed to a file.

        Raises:
            BadInput: the run failed, for the reason that it gave last.
        """
        command = [sys.executable, "-m", "monai.bundle", "run", self.verb]
        command += ["--config_file", str([str(config) for config in self.configs])]
        for name, value in self.options.items():
            command += [f"--{name}", str(value)]
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a+", encoding="utf-8", errors="replace") as printed:
            begin = printed.tell()
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT, check=False
            )
            printed.seek(begin)
            if ended.returncode:
                reason = _last_words(printed.read())
                raise BadInput(f"{self.verb} ended with status {ended.returncode}: {reason} (all of it in {log})")

    @cached_property
    def _parser(self) -> ConfigParser:
        for config in self.configs:
            if not config.is_file():
                raise BadInput(f"a run needs its configs, got no file {config}; is the name of a network misspelt?")
        parser = ConfigParser()
        parser.read_config([str(config) for config in self.configs])
        return parser


def _last_words(printed: str) -> str:
    """Return the last line that says what a user can mend, or else the last line."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return (errors or lines or ["without a word"])[-1]
