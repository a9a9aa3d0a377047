"""Studies checked before any work: what breaks a rule is refused in one line, and the rest is corrected."""

from __future__ import annotations

import logging
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from tqdm import tqdm

from custom.data.nm_dicom import bad_input_in
from custom.data.studies import find_studies
from custom.data.study_folders import StudyFolders
from custom.data.study_rules import check_activity, check_ct, check_regions, is_label_map, remarks
from custom.data.volume import Volume, read_volume
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid

CORRECTED_AGAIN = "the file's name says that it was corrected before: a second correction is one too many"

logger = logging.getLogger(__name__)


class CheckedStudies(Sequence):
    """The data list of those studies of an input that keep the rules.

    Files are looked at when the list is first used, so that a config can be read where its input does not exist.

    Args:
        folders: where results will stand, to refuse what would be written over.
        field: the grid that the network sees.
        search: arguments of `find_studies`.
    """

    def __init__(self, *, folders: StudyFolders, field: ImageGrid, search: dict[str, Any]) -> None:
        self.folders = folders
        self.field = field
        self.search = search
        self.refused: dict[str, BadInput] = {}
        self.remarks: dict[str, list[str]] = {}

    def __len__(self) -> int:
        """Count the studies that keep the rules."""
        return len(self._ready)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401
        """Return the dictionary of one study, or of several for a slice."""
        return self._ready[index]

    def check(self) -> None:
        """Look at all studies, and name those that are refused.

        Raises:
            BadInput: none is left.
        """
        n_studies = len(self) + len(self.refused)
        if n_studies > 1:
            for line in self._lines():
                print(f"refused: {line}", file=sys.stderr)
        if not len(self):
            self._raise_refusal()

    def fail(self, failures: Mapping[str, str]) -> None:
        """Count studies that could not be corrected among the refused ones.

        Args:
            failures: the reasons, by the studies' names.
        """
        failed = [study for study in self if study["study"] in failures]
        self.refused |= {study["image"]: BadInput(f"{study['image']}: {failures[study['study']]}") for study in failed}
        self._ready = [study for study in self if study["study"] not in failures]

    def conclude(self) -> None:
        """Say where the results of each study stand.

        Raises:
            BadInput: at least one study was refused, or could not be corrected.
        """
        for study in self:
            print(f"{study['study']}: results in {self.folders.folder(study['study'])}")
        if self.refused:
            self._raise_refusal()

    @cached_property
    def _ready(self) -> list[dict[str, str]]:
        try:
            studies = find_studies(**self.search)
        except BadInput as error:
            self.refused["input"] = error
            return []
        progress = tqdm(studies, desc="checking studies", disable=len(studies) < 10)
        return [study for study in progress if self._keeps_the_rules(study, alone=len(studies) == 1)]

    def _keeps_the_rules(self, study: dict[str, str], *, alone: bool) -> bool:
        try:
            self.folders.check_free(study["study"])
            image = self._checked_image(study["image"], alone=alone)
            if image is None:
                return False
            for key, check in (("regions", check_regions), ("ct", check_ct)):
                if key in study:
                    with bad_input_in(Path(study[key])):
                        check(read_volume(study[key]), image)
        except BadInput as error:
            self.refused[study["image"]] = error
            return False
        again = [CORRECTED_AGAIN] if study["study"].endswith("_corrected") else []
        self.remarks[study["study"]] = remarks(image, self.field) + again
        return True

    def _checked_image(self, path: str, *, alone: bool) -> Volume | None:
        with bad_input_in(Path(path)):
            image = read_volume(path)
            if is_label_map(image) and image.voxels.any() and not alone:
                logger.info("skipped: %s holds labels of regions, no activity", path)
                return None
            check_activity(image, self.field)
        return image

    def _lines(self) -> list[str]:
        """One line per refused study; files of one folder with the same fault, such as slices of a CT, share one."""
        files = defaultdict(list)
        for path, error in self.refused.items():
            files[Path(path).parent, str(error).removeprefix(f"{path}: ")].append(path)
        return [
            f"{paths[0]}{f' and {len(paths) - 1} more files there' if len(paths) > 1 else ''}: {fault}"
            for (_, fault), paths in files.items()
        ]

    def _raise_refusal(self) -> None:
        if not self.refused:
            raise BadInput(f"a study holds activity, got only maps of regions in {self.search['input_path']}")
        n_refused, n_studies = len(self.refused), len(self) + len(self.refused)
        if n_refused == 1:
            raise BadInput(str(next(iter(self.refused.values()))))
        raise BadInput(
            f"every study keeps the rules and can be corrected, got {n_refused} of {n_studies} that were not; "
            "each is named above"
        )
