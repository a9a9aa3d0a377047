"""The command that makes the results page, as a reader can type it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

Given = str | Path | Mapping[str, str | Path] | None


def results_command(dataset_dir: str | Path, **given: Given) -> str:
    """Write `make results` with what was given, so that a shell reads it back word for word.

    Args:
        dataset_dir: the cohort.
        given: further settings by name; those that are None or empty are left out. Of a mapping each entry is one.
    """
    words: list[str] = []
    for name, value in given.items():
        entries = {f"{name}#{key}": one for key, one in value.items()} if isinstance(value, Mapping) else {name: value}
        words += [word for key, one in entries.items() if one for word in (f"--{key}", str(one))]
    dataset = shlex.quote(str(dataset_dir))
    said = " ".join(_quoted(word) for word in words).replace("$", "$$")
    return f"make results DATASET={dataset}" + (f" OPTIONS={shlex.quote(said)}" if words else "")


def _quoted(word: str) -> str:
    """Quote a word where a shell needs it; a # means something at the beginning of a word only."""
    plain = word.replace("#", "")
    return word if not word.startswith("#") and shlex.quote(plain) == plain else shlex.quote(word)
