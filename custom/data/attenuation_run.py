"""Run `attenuation`: a CT in, its HU and μ on the grid of a SPECT study out, with a picture and a report."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from matplotlib.figure import Figure

from custom.data.attenuation_map import FIELD_OF_VIEW_MM, AttenuationMap, attenuation_map
from custom.data.attenuation_report import report, summary
from custom.data.ct_on_grid import Placement, hu_at
from custom.data.datalist import study_name
from custom.errors import BadInput
from custom.result_folder import ResultFolder
from custom.scanner.camera import Camera

CT, MU, PICTURE, REPORT = "ct.nii.gz", "mu.nii.gz", "attenuation.png", "attenuation.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Attenuation:
    """Where the results of a run go, and how they are drawn.

    Args:
        output_dir: gets `<name>_ct.nii.gz`, `<name>_mu.nii.gz`, `<name>_attenuation.png`, `<name>_attenuation.json`.
        camera: whose grid is taken without a study.
        draw: `custom.evaluation.attenuation_figure.attenuation_planes`.
        software: name and version.
        name: of the results; default the study's, else the CT's.
        overwrite: whether such results may be replaced.
    """

    output_dir: str | Path
    camera: Camera
    draw: Callable[..., Figure]
    software: str
    name: str | None = None
    overwrite: bool = False

    def make(
        self,
        *,
        ct: str | Path | None,
        study: str | Path | None = None,
        placement: Placement,
        series: str | None = None,
        kvp: float | None = None,
    ) -> None:
        """Bring a CT onto a grid and write what comes of it; arguments as of `attenuation_map`.

        Raises:
            BadInput: a file or a setting breaks a rule, or the results cannot be written.
        """
        if ct is None:
            raise BadInput("ct must be given, got nothing; name a folder of DICOM slices or a NIfTI file: --ct folder")
        name = self._name(Path(ct), None if study is None else Path(study))
        names = tuple(f"{name}_{kind}" for kind in (CT, MU, PICTURE, REPORT))
        results = ResultFolder(path=self.output_dir, names=names, overwrite=self.overwrite)
        made = attenuation_map(ct=ct, study=study, grid=self.camera.grid, placement=placement, series=series, kvp=kvp)
        written = report(made, study=study, software=self.software)
        figure = self._figure(made, name, summary(written), has_study=study is not None)
        with results.filled() as unfinished:
            of_kind = dict(zip((CT, MU, PICTURE, REPORT), (unfinished / file for file in names), strict=True))
            _save(made, made.on_grid.hu, "CT in HU", of_kind[CT])
            _save(made, made.on_grid.mu_per_mm, "mu per mm at 140.5 keV", of_kind[MU])
            figure.savefig(of_kind[PICTURE])
            of_kind[REPORT].write_text(
                json.dumps(written, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
            )
        for warning in made.warnings:
            logger.warning("%s", warning)
        logger.info("%s; results in %s", summary(written), results.path)

    def _name(self, ct: Path, study: Path | None) -> str:
        """Name results as the user wants, else after the study, else after the CT."""
        name = str(self.name) if self.name is not None else study_name((study or ct).absolute())
        name = name.removesuffix(".dcm")
        if not name or Path(name).name != name or name.startswith("."):
            raise BadInput(f"name must be a file's, without a folder, got '{name}'; give --name study")
        return name

    def _figure(self, made: AttenuationMap, name: str, subtitle: str, *, has_study: bool) -> Figure:
        return self.draw(
            lambda points_mm: hu_at(made.scan, made.motion, points_mm),
            {"hu": made.on_grid.hu, "mu_per_cm": 10 * made.on_grid.mu_per_mm},
            made.spect.affine,
            spect=made.spect.voxels if has_study else None,
            field_of_view_mm=FIELD_OF_VIEW_MM,
            title=f"{name}: CT on the grid of the {'study' if has_study else 'camera'}",
            subtitle=subtitle,
            footnote="\n".join(made.warnings),
        )


def _save(made: AttenuationMap, voxels: np.ndarray, description: str, path: Path) -> None:
    simulated = "simulat" in f"{made.scan.description} {made.spect.description}".lower()
    image = nibabel.Nifti1Image(voxels, made.spect.affine)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = f"{'simulated ' if simulated else ''}{description}"
    nibabel.save(image, path)
