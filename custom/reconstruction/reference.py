"""Run `reference`: studies from their files to corrected images, one, or many on Dask's workers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import nibabel
import torch
from matplotlib.figure import Figure
from torch import Tensor

from custom.cluster import run_each
from custom.errors import BadInput
from custom.projection.block_products import N_TOGETHER
from custom.projection.cache import content_key
from custom.reconstruction.pipeline import Corrected, Pipeline, check_heart_is_seen
from custom.reconstruction.report import report, summary
from custom.reconstruction.study import Study, read_study
from custom.reconstruction.study_files import StudyFiles
from custom.result_folder import ResultFolder
from custom.scanner.grid import ImageGrid
from custom.settings import check_device, check_whole

UNCORRECTED, CORRECTED, PICTURE, REPORT = "mlem.nii.gz", "iterative_yang.nii.gz", "reference.png", "reference.json"
RESULTS = (UNCORRECTED, CORRECTED, PICTURE, REPORT)

logger = logging.getLogger(__name__)


def check_settings(
    *,
    n_iterations: object,
    n_yang_iterations: object,
    device: Any,  # noqa: ANN401
    n_workers: object = None,
) -> None:
    """Hold what a user may set against what can run.

    Raises:
        BadInput: a number of iterations or workers that is no positive whole number, or a device that is not there.
    """
    check_whole(n_iterations=n_iterations, n_yang_iterations=n_yang_iterations)
    if n_workers is not None:
        check_whole(n_workers=n_workers)
    check_device(device)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What is done for studies, and where its results go.

    Args:
        pipeline: how images are made.
        draw: `custom.evaluation.figures.three_planes` with its settings.
        output_dir: folder of the results; of several studies, each gets a folder of its name there.
        overwrite: whether results may be there already.
        software: name and version.
        settings: what the user chose besides files, for the reports.
    """

    pipeline: Pipeline
    draw: Callable[..., Figure]
    output_dir: str | Path
    overwrite: bool
    software: str
    settings: dict[str, Any]

    def correct(self, group: Sequence[StudyFiles], *, progress: bool = False) -> dict[StudyFiles, str]:
        """Reconstruct and correct some studies together and write what comes of them.

        Returns:
            For each study that breaks a rule the rule; the others are written.
        """
        failures: dict[StudyFiles, str] = {}
        studies, transmissions = {}, {}
        for files in group:
            with _noted(failures, files):
                studies[files] = read_study(files, self.pipeline.camera)
                transmissions[files] = self.pipeline.transmission(studies[files])
        if len(failures) == len(group):
            return failures
        camera = self.pipeline.projector(progress=progress)
        for files, transmission in transmissions.items():
            with _noted(failures, files):
                check_heart_is_seen(studies[files], self.pipeline.seen(camera.with_transmission(transmission)))
        sound = [files for files in group if files not in failures]
        by_study = [through for files in sound if (through := transmissions[files]) is not None]
        projector = camera.with_transmission(torch.stack(by_study) if by_study else None)
        results = self.pipeline([studies[files] for files in sound], projector, progress=progress) if sound else []
        for files, result in zip(sound, results, strict=True):
            with _noted(failures, files):
                self._save(files, studies[files], result)
        return failures

    def folder(self, files: StudyFiles) -> ResultFolder:
        """Return where a study's results go.

        Raises:
            BadInput: the folder cannot be written, or holds results that may not be replaced.
        """
        return ResultFolder(path=Path(self.output_dir) / files.name, names=RESULTS, overwrite=self.overwrite)

    def is_finished(self, files: StudyFiles) -> bool:
        """Return whether a study's results are there, made with these settings from these files, wherever they lay."""
        folder = Path(self.output_dir) / files.name
        if not all((folder / name).is_file() for name in RESULTS):
            return False
        try:
            found = json.loads((folder / REPORT).read_text(encoding="utf-8"))
            wanted = self._provenance(files)
            return _without_paths(found) == _without_paths(wanted)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _save(self, files: StudyFiles, study: Study, result: Corrected) -> None:
        camera = self.pipeline.camera
        made = report(study=study, result=result, camera=camera, provenance=self._provenance(files))
        picture = self.draw(
            {"MLEM": result.uncorrected.numpy(), "iterative Yang": result.corrected.numpy()},
            camera.grid.affine,
            title=Path(str(files.projections)).name,
            subtitle=summary(made),
            regions=study.regions.numpy(),
        )
        folder = self.folder(files)
        with folder.filled() as unfinished:
            _save_image(result.uncorrected, camera.grid, unfinished / UNCORRECTED)
            _save_image(result.corrected, camera.grid, unfinished / CORRECTED)
            picture.savefig(unfinished / PICTURE)
            (unfinished / REPORT).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
        logger.info("%s; results in %s", summary(made), folder.path)

    def _provenance(self, files: StudyFiles) -> dict[str, Any]:
        """Return what decides a study's results."""
        return {
            "software": self.software,
            "settings": self.settings | {"device": str(self.pipeline.device)},
            "camera_hash": content_key(asdict(self.pipeline.camera)),
            "inputs": files.checksums(),
        }


def correct_studies(
    studies: Sequence[StudyFiles],
    reference: Reference,
    *,
    scheduler: str | None = None,
    n_workers: int | None = None,
    progress: bool = True,
) -> None:
    """Reconstruct and correct studies and write their results; go on where a killed run stopped.

    Up to eight studies go together. If there are no more, they have all threads; else each group of eight has one, and
    there are as many groups at once as workers.

    Args:
        studies: from `custom.reconstruction.study_files.find_study_files`.
        reference: what is done.
        scheduler: address of a running Dask scheduler; default workers of our own.
        n_workers: groups at once, as workers of our own; default as many as cores and memory allow.
        progress: show progress bars.

    Raises:
        BadInput: a study's files or the folder of its results break a rule; of several studies, the others are
            corrected.
    """
    here = replace(reference.pipeline, cache_dir=_absolute(reference.pipeline.cache_dir))
    reference = replace(reference, output_dir=Path(reference.output_dir).absolute(), pipeline=here)
    missing = [files for files in studies if not (files.name and reference.is_finished(files))]
    for files in missing:
        reference.folder(files)
    if len(missing) < len(studies):
        logger.info("%d of %d studies have their results already", len(studies) - len(missing), len(studies))
    if len(missing) <= N_TOGETHER and scheduler is None:
        failures = reference.correct(missing, progress=progress)
    else:
        reference.pipeline.matrix(progress=progress)  # kept there once for all groups
        failures = run_each(
            reference.correct, missing, together=N_TOGETHER, scheduler=scheduler, n_workers=n_workers, progress=progress
        )
    if failures:
        raise BadInput(_told(failures, len(studies)))


@contextmanager
def _noted(failures: dict[StudyFiles, str], files: StudyFiles) -> Iterator[None]:
    """Note what a study breaks instead of raising it."""
    try:
        yield
    except BadInput as error:
        failures[files] = str(error)


def _told(failures: dict[StudyFiles, str], n_studies: int) -> str:
    """Return what a user is told of studies that failed."""
    if n_studies == 1:
        return next(iter(failures.values()))
    listed = "; ".join(f"{files}: {rule}" for files, rule in failures.items())
    return f"every study should succeed, got {len(failures)} of {n_studies} that failed: {listed}"


def _without_paths(made: dict[str, Any]) -> list[Any]:
    """Return what of a report decides the results."""
    inputs = {name: file and file["sha256"] for name, file in made["inputs"].items()}
    return [made["software"], made["settings"], made["camera_hash"], inputs]


def _absolute(path: str | Path | None) -> Path | None:
    """Return a path that means the same to workers started in another folder."""
    return None if path is None else Path(path).absolute()


def _save_image(image: Tensor, grid: ImageGrid, path: Path) -> None:
    nifti = nibabel.Nifti1Image(image.float().numpy(), grid.affine)
    nifti.header.set_xyzt_units("mm")
    nibabel.save(nifti, path)
