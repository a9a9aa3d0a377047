"""From checked studies to reconstructed and corrected images, several studies at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from custom.errors import BadInput
from custom.projection.attenuation import transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import SystemMatrix, load_or_assemble
from custom.reconstruction.iterative_yang import field_of_view
from custom.reconstruction.regions import Region
from custom.reconstruction.study import Study
from custom.scanner.camera import Camera

SMALLEST_SEEN_SHARE = 0.9


class Record:
    """Callback that keeps the third thing each iteration reports: log-likelihoods, or region means, of each study."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __call__(self, _iteration: int, _image: Tensor, value: Tensor) -> None:
        """Keep the value; never stops the iterations."""
        self.values.append(value.tolist())

    def of(self, study: int) -> list[Any]:
        """Return one study's value of every iteration."""
        return [values[study] for values in self.values]


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """What came of one study, on the CPU, 0 where the camera does not see.

    Args:
        uncorrected: MLEM image, shape (x, y, z), emitted photons per voxel.
        corrected: the same after iterative Yang.
        seen: where the camera sees, boolean, shape (x, y, z).
        log_likelihood: after each MLEM iteration.
        template_means: by region number for each template of iterative Yang.
    """

    uncorrected: Tensor
    corrected: Tensor
    seen: Tensor
    log_likelihood: list[float]
    template_means: list[list[float]]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """How studies of one camera are reconstructed and corrected.

    Args:
        camera: that measured them.
        reconstruct: `custom.reconstruction.mlem.mlem` with its settings.
        correct: `custom.reconstruction.iterative_yang.iterative_yang` with its settings.
        device: where it is computed.
        cache_dir: where system matrices are kept; default the user's cache folder.
    """

    camera: Camera
    reconstruct: Callable[..., Tensor]
    correct: Callable[..., Tensor]
    device: str = "cpu"
    cache_dir: str | Path | None = None

    def transmission(self, study: Study) -> Tensor | None:
        """Return the share of photons that the patient lets through, (pinhole, x, y, z); None without a μ-map.

        Raises:
            BadInput: a μ-map that cannot be right.
        """
        if study.mu_per_mm is None:
            return None
        return transmission(study.mu_per_mm, self.camera.grid, self.camera, self.camera.grid)

    def matrix(self, *, progress: bool = False) -> SystemMatrix:
        """Return the camera's system matrix, which then is in the cache."""
        return load_or_assemble(self.camera, self.camera.grid, cache_dir=self.cache_dir, progress=progress)

    def projector(self, *, progress: bool = False) -> MatrixProjector:
        """Return the camera's projector, without a patient."""
        return MatrixProjector(self.matrix(progress=progress), device=self.device)

    def seen(self, projector: MatrixProjector) -> Tensor:
        """Return where the camera sees each study, (study, x, y, z) or (x, y, z); beyond, MLEM piles up activity."""
        return field_of_view(projector).cpu() & torch.from_numpy(self.camera.reconstructed_voxels())

    def __call__(self, studies: Sequence[Study], projector: MatrixProjector, *, progress: bool) -> list[Corrected]:
        """Reconstruct and correct studies together.

        Args:
            studies: checked; backgrounds all None or none.
            projector: the camera's, with these studies' transmissions.
            progress: show progress bars.
        """
        log_likelihood, template_means = Record(), Record()
        backgrounds = [study.background for study in studies if study.background is not None]
        images = self.reconstruct(
            projector,
            torch.stack([study.counts for study in studies]).to(self.device),
            background=torch.stack(backgrounds).to(self.device) if backgrounds else None,
            callback=log_likelihood,
            progress=progress,
        )
        regions = torch.stack([study.regions for study in studies]).to(self.device)
        corrected = self.correct(projector, images, regions, callback=template_means, progress=progress)
        seen = self.seen(projector).expand(images.shape)
        return [
            Corrected(
                uncorrected=torch.where(seen[number], images[number].cpu(), 0),
                corrected=torch.where(seen[number], corrected[number].cpu(), 0),
                seen=seen[number],
                log_likelihood=log_likelihood.of(number),
                template_means=template_means.of(number),
            )
            for number in range(len(studies))
        ]


def check_heart_is_seen(study: Study, seen: Tensor) -> None:
    """Hold the heart's place against the camera's field of view.

    Args:
        study: with the heart's regions.
        seen: where the camera sees, boolean, shape (x, y, z).

    Raises:
        BadInput: more than a tenth of the myocardium or of the left ventricular blood lies outside.
    """
    for region in (Region.MYOCARDIUM, Region.LEFT_VENTRICULAR_BLOOD):
        share = float(seen[study.regions == region].double().mean())
        if share < SMALLEST_SEEN_SHARE:
            raise BadInput(
                f"the camera must see at least {SMALLEST_SEEN_SHARE:.0%} of the {region.words}, got {share:.0%}; are "
                "the regions shifted against the camera, or is it another camera?"
            )
