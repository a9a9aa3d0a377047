"""Where all that the results page shows lies on disk, and the command that a reader can type to make it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

Place = str | Path


@dataclass(frozen=True, kw_only=True)
class Places:
    """Files and folders of a results page; what is None or empty is not shown.

    Args:
        comparison_dir: what the run `comparison` wrote; corrected animals of a cohort lie in its corrected/<test set>.
        dataset_dir: the cohort with as many test animals as the paper; its test set is named `cohort`.
        further_dir: a cohort with further test animals; its test set is named `further`.
        shifted_dirs: the cohort with its CT shifted, by the shift in mm; its test sets are named `ct_shift_<shift>`.
        other_dirs: cohorts unlike the training's, by what they are; their test sets are named as their folders.
        deficit_dir: animals with a territory with less blood; their test set is named `deficit`.
        no_deficit_dir: the same animals without it; their test set is named `no_deficit`.
        wrong_gate_dir: the cohort, or some of its animals, corrected by the CT of the other gate.
        measures: results_measures.csv of an earlier page, its results.json beside it, see `Sources`; of further_dir,
            shifted_dirs, other_dirs and those of a deficit, folders may then be gone.
        findings: text file with what must be borne in mind, paragraphs apart by an empty line.
    """

    comparison_dir: Place
    dataset_dir: Place
    further_dir: Place | None = None
    shifted_dirs: Mapping[str, Place] | None = None
    other_dirs: Mapping[str, Place] | None = None
    deficit_dir: Place | None = None
    no_deficit_dir: Place | None = None
    wrong_gate_dir: Place | None = None
    measures: Place | None = None
    findings: Place | None = None

    @property
    def cohorts(self) -> dict[str, Place]:
        """Cohorts with animals of their own, by what they are."""
        further = {"further": self.further_dir} if self.further_dir else {}
        deficit = {"territory with less blood": self.deficit_dir} if self.deficit_dir else {}
        return {"cohort": self.dataset_dir, **further, **(self.other_dirs or {}), **deficit}

    @property
    def command(self) -> str:
        """`make results` with what was given, which a shell reads back word for word."""
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "dataset_dir"}
        said = " ".join(_quoted(word) for name, value in given.items() for word in _options(name, value))
        options = f" OPTIONS={shlex.quote(said.replace('$', '$$'))}"
        return f"make results DATASET={shlex.quote(str(self.dataset_dir))}{options}"


def _options(name: str, value: Place | Mapping[str, Place] | None) -> list[str]:
    """Return the words that give a setting to a run; of a mapping, each entry is one."""
    if isinstance(value, Mapping):
        return [word for key, one in value.items() for word in _options(f"{name}#{key}", one)]
    return [f"--{name}", str(value)] if value else []


def _quoted(word: str) -> str:
    """Quote a word where a shell needs it; a # means something at the beginning of a word only."""
    plain = word.replace("#", "")
    return word if not word.startswith("#") and shlex.quote(plain) == plain else shlex.quote(word)
