"""Run `rebinning`: a list-mode file to counts of each gate, as run `reference` reads them, report and picture."""

from __future__ import annotations

import glob
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from custom.errors import BadInput
from custom.projection.cache import content_key
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import load_or_assemble
from custom.reconstruction.acceptance import Acceptance
from custom.reconstruction.gate_files import find_rates, gate_file, write_amounts
from custom.reconstruction.rebinning import Rebinned, rebin
from custom.reconstruction.rebinning_picture import draw_rebinning
from custom.reconstruction.rebinning_report import report, summary
from custom.reconstruction.study import read_regions
from custom.reconstruction.study_files import with_checksum
from custom.reconstruction.volume_curve import VolumeCurve, ventricle_mask, ventricle_weights, volume_curve
from custom.result_folder import ResultFolder
from custom.scanner.camera import Camera, load_camera
from custom.scanner.list_mode import ListMode
from custom.scanner.list_mode_file import read_events, read_list_mode

logger = logging.getLogger(__name__)


def rebin_scan(
    *,
    events: str | Path | None,
    output_dir: str | Path,
    camera: str | Path,
    software: str,
    acceptance: Acceptance,
    regions: str | Path | None = None,
    overwrite: bool = False,
    cache_dir: str | Path | None = None,
) -> None:
    """Rebin a list-mode file and write counts of each gate, report and picture, whole or not at all.

    Args:
        events: list-mode file, see `custom.scanner.list_mode_file`.
        output_dir: folder of the results; their names begin with the events' name, less `_listmode`. Activity and
            scatter per second that it holds, as run `simulation` leaves them, are brought to each gate's seconds.
        camera: YAML file of the camera that measured.
        software: name and version.
        acceptance: what counts.
        regions: label map that shows where the left ventricle is; default, a sphere about the grid's centre.
        overwrite: whether results may be there already.
        cache_dir: where system matrices are kept; default the user's cache folder.

    Raises:
        BadInput: a file or a setting breaks a rule.
    """
    if events is None:
        raise BadInput("events must be given, got nothing; name a list-mode file as in --events scan.h5")
    scanner, list_mode = load_camera(camera), read_list_mode(events)
    _check_camera(list_mode, scanner)
    labels = None if regions is None else read_regions(regions, scanner.grid)
    stem = Path(events).stem.removesuffix("_listmode")
    rates = find_rates(Path(output_dir), stem, acceptance.n_gates)
    folder = _folder(output_dir, stem, acceptance.n_gates, rates, overwrite)
    rebinned = rebin(list_mode, read_events(events), acceptance)
    curve = _curve(rebinned, list_mode, scanner, labels, cache_dir)
    provenance = {
        "software": software,
        "settings": asdict(acceptance),
        "camera_hash": content_key(asdict(scanner)),
        "inputs": {
            "events": with_checksum(events),
            "regions": regions and with_checksum(regions),
            "per_second": [with_checksum(path) for paths in rates.values() for path in paths],
        },
    }
    made = report(list_mode=list_mode, rebinned=rebinned, curve=curve, provenance=provenance)
    picture = draw_rebinning(
        list_mode, rebinned, curve, accepted_rr=acceptance.accepted_rr, title=stem, subtitle=summary(made)
    )
    _save(folder, stem, rebinned, rates, made, picture)
    logger.info("%s; results in %s", summary(made), folder.path)


def _folder(output_dir: str | Path, stem: str, n_gates: int, kinds: Iterable[str], overwrite: bool) -> ResultFolder:
    """Return where results go; gates of an earlier run that had more of them count as results that are there."""
    earlier = [path.name for path in sorted(Path(output_dir).glob(gate_file(glob.escape(stem), "*", "counts")))]
    gates = [gate_file(stem, gate, kind) for kind in ("counts", *kinds) for gate in range(1, n_gates + 1)]
    names = dict.fromkeys([*gates, f"{stem}_rebinning.png", f"{stem}_rebinning.json", *earlier])
    return ResultFolder(path=output_dir, names=tuple(names), overwrite=overwrite)


def _save(
    folder: ResultFolder,
    stem: str,
    rebinned: Rebinned,
    rates: dict[str, list[Path]],
    made: dict[str, Any],
    picture: Figure,
) -> None:
    with folder.filled() as unfinished:
        for gate, values in enumerate(rebinned.counts, start=1):
            image = nibabel.Nifti1Image(values.astype(np.float32), np.eye(4))
            image.header["descrip"] = "simulated" if made["simulated"] else ""
            nibabel.save(image, unfinished / gate_file(stem, gate, "counts"))
        write_amounts(rates, unfinished, stem, rebinned.seconds)
        picture.savefig(unfinished / f"{stem}_rebinning.png")
        (unfinished / f"{stem}_rebinning.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
        kept = {path.name for path in unfinished.iterdir()}
    for name in set(folder.names) - kept:
        (folder.folder / name).unlink(missing_ok=True)


def _curve(
    rebinned: Rebinned, list_mode: ListMode, camera: Camera, labels: Tensor | None, cache_dir: str | Path | None
) -> VolumeCurve:
    projector = MatrixProjector(load_or_assemble(camera, camera.grid, cache_dir=cache_dir))
    weights = ventricle_weights(projector, ventricle_mask(camera.grid, labels))
    return volume_curve(rebinned.counts, rebinned.seconds, weights, tracer=list_mode.tracer)


def _check_camera(list_mode: ListMode, camera: Camera) -> None:
    if list_mode.counts_shape != camera.counts_shape:
        raise BadInput(
            f"events must be those of the camera {camera.name}, {camera.counts_shape} (modules, rows, columns), got "
            f"{list_mode.counts_shape} of {list_mode.camera}; give its file as --camera"
        )
