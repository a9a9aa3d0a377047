"""One folder per corrected study, which appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

from ignite.engine import Engine, Events
from monai.data import FolderLayoutBase

from custom.errors import BadInput
from custom.leftovers import remove_leftovers
from custom.nifti_file import UNREADABLE, open_nifti
from custom.settings import check_yes_or_no

PREFIX_ASIDE = ".partial-"
ENDS = ("_corrected.nii.gz", ".png", ".json")  # of the files of a study


class StudyFolders(FolderLayoutBase):
    """Lay out `<output_dir>/<study>/<study>_corrected.nii.gz`, written aside first and moved into place when complete.

    As layout of MONAI's `SaveImaged` it names files in a hidden folder inside `output_dir`; attached to an evaluator
    it moves each study's folder into place after the iteration. What an interrupted run leaves aside is removed when it
    ends; where it was killed, by the next run that is at least a day later.

    Args:
        output_dir: folder for all studies; made when first needed.
        overwrite: whether a study's folder may be replaced.
        within: folder to write aside in; default `output_dir`.
    """

    def __init__(self, output_dir: str | Path, overwrite: bool = False, within: Path | None = None) -> None:
        check_yes_or_no(overwrite=overwrite)
        self.output_dir = Path(output_dir)
        self.overwrite = overwrite
        self.within = within
        self._aside: Path | None = None
        self._removal: weakref.finalize | None = None

    def __reduce__(self) -> tuple[type[StudyFolders], tuple[Path, bool, Path]]:
        """Let a worker write aside within the folder aside of this run, which is removed when the run ends."""
        return type(self), (self.output_dir.absolute(), self.overwrite, self.prepare().absolute())

    def folder(self, study: str) -> Path:
        """Return where a study's results stand in the end."""
        return self.output_dir / study

    def check_free(self, study: str) -> None:
        """Refuse to write over earlier results, and ever over anything else.

        Raises:
            BadInput: the study's folder exists and may not be replaced, or holds other files than results.
        """
        folder = self.folder(study)
        if not folder.exists():
            return
        results = {f"{study}{end}" for end in ENDS}
        others = sorted(file.name for file in folder.iterdir() if file.name not in results) if folder.is_dir() else [""]
        if others:
            raise BadInput(
                f"a study's folder holds its results alone, got {folder / others[0]}, which would be lost; "
                "is it a folder of studies? Set another output_dir"
            )
        if not self.overwrite:
            raise BadInput(
                f"results are not written over, got an existing {folder}; "
                "set overwrite (--overwrite True, or OVERWRITE=1 of make) or another output_dir"
            )

    def prepare(self) -> Path:
        """Make the folder in which studies are written aside, once, and remove those that killed runs left.

        Raises:
            BadInput: nothing can be written there.
        """
        if self._aside is None:
            made = [folder for folder in (self.output_dir, *self.output_dir.parents) if not folder.exists()]
            try:
                self.output_dir.mkdir(parents=True, exist_ok=True)
                remove_leftovers(self.output_dir, f"{PREFIX_ASIDE}*")
                self._aside = Path(tempfile.mkdtemp(prefix=PREFIX_ASIDE, dir=self.within or self.output_dir))
            except OSError as error:
                raise BadInput(
                    f"output_dir is a folder in which files can be written, got {self.output_dir}: {error.strerror}; "
                    "is it a file, read-only, or another user's?"
                ) from error
            finally:
                self._removal = weakref.finalize(self, _remove, self._aside, made)
        return self._aside

    def filename(self, subject: str, **_: object) -> Path:
        """Return where `SaveImaged` writes the corrected volume of a study, aside."""
        folder = self.prepare() / subject
        folder.mkdir(exist_ok=True)
        return folder / f"{subject}{ENDS[0]}"

    def attach(self, engine: Engine) -> None:
        """Publish every study when its iteration, reports included, is complete; in the end remove what lay aside."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self.publish)
        engine.add_event_handler(Events.COMPLETED, self.tidy)

    def publish(self, engine: Engine) -> None:
        """Move the studies of this iteration into place.

        Raises:
            BadInput: a corrected volume was not written whole, of which `SaveImaged` only warns.
        """
        for item in engine.state.batch:
            self.check_free(item["study"])
            written, final = self.prepare() / item["study"], self.folder(item["study"])
            _check_whole(written / f"{item['study']}{ENDS[0]}")
            if final.exists():
                final.replace(self.prepare() / f"{item['study']}.replaced")
            written.replace(final)

    def tidy(self) -> None:
        """Remove the folder in which studies were written aside."""
        if self._removal is not None:
            self._removal()
        self._aside = None


def _check_whole(volume: Path) -> None:
    try:
        open_nifti(volume)
    except UNREADABLE as error:
        raise BadInput(
            f"a corrected volume is written whole or not at all, got {volume.name} that cannot be read back ({error}); "
            "is the disk full?"
        ) from error


def _remove(aside: Path | None, made: list[Path]) -> None:
    """Remove what was written aside, and those folders made for this run that stayed empty."""
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)
    for folder in made:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
