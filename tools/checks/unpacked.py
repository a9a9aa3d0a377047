"""A bundle's folder as the checks see it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from monai.bundle import ConfigParser
from torch import nn

from custom.errors import BadInput

SUFFIXES = (".json", ".yaml", ".yml")
CODE = ("custom", "scripts")  # folders in which bundles keep their Python


@dataclass(frozen=True)
class Unpacked:
    """A bundle's folder.

    Args:
        root: the folder that holds `configs`.
    """

    root: Path

    def file(self, name: str) -> Path:
        """Return a file of the bundle.

        Raises:
            BadInput: it is not there.
        """
        if not (self.root / name).is_file():
            raise BadInput(f"a bundle has a file {name}, {self.root.name} has none")
        return self.root / name

    def name(self, file: Path) -> str:
        """Return how a file of the bundle is called in it."""
        return file.relative_to(self.root).as_posix()

    def find_config(self, name: str) -> Path | None:
        """Return the config of a name in the form that the Model Zoo takes where there are several, or None."""
        forms = [self.root / "configs" / f"{name}{suffix}" for suffix in SUFFIXES]
        return next((form for form in reversed(forms) if form.is_file()), None)

    def config(self, name: str) -> Path:
        """Return the config of a name.

        Raises:
            BadInput: it is there in none of the forms.
        """
        return self.find_config(name) or self.file(f"configs/{name}.json")

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Content of `configs/metadata.json`.

        Raises:
            BadInput: it is not there, or no JSON object.
        """
        file = self.file("configs/metadata.json")
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise BadInput(f"metadata are JSON in UTF-8, got configs/metadata.json with {error}") from error
        if not isinstance(content, dict):
            raise BadInput(f"metadata are one JSON object, got a {type(content).__name__} in configs/metadata.json")
        return content

    @cached_property
    def network(self) -> nn.Module:
        """The network as the inference config describes it, with weights of chance, on the CPU."""
        parser = ConfigParser()
        parser.read_config(str(self.config("inference")))
        parser.read_meta(str(self.file("configs/metadata.json")))
        parser["bundle_root"] = str(self.root)
        return parser.get_parsed_content("network_def").cpu().eval()


@contextmanager
def only_code_of(bundle: Unpacked) -> Iterator[None]:
    """Let `import custom` mean the bundle's code, not this project's, which these checks are made with.

    Nothing is left in the bundle's folder.
    """
    writes_caches, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in CODE}
    for name in ours:
        del sys.modules[name]
    sys.path.insert(0, str(bundle.root))
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes_caches
        sys.path.remove(str(bundle.root))
        for name in [name for name in sys.modules if name.partition(".")[0] in CODE]:
            del sys.modules[name]
        sys.modules.update(ours)
