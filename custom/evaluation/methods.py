"""The methods of a comparison: their names, their order, and where their corrected studies lie."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from custom.errors import BadInput

UNCORRECTED, REFERENCE, TRUTH = "no correction", "iterative Yang", "truth"
RBV = "RBV"
IN_IMAGE_SPACE = ("Richardson-Lucy", RBV)
NETWORKS = ("U-net", "U-net-BV", "U-net-CT", "Dy-U", "Dy-U-BV", "Dy-U-CT", "Dy-U-CT-BV", "DC-Dy-U-BV")
"""Those of the paper."""
OF_THE_PAPER = (UNCORRECTED, *NETWORKS, REFERENCE, TRUTH)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A study as a method corrected it.

    Args:
        volume: NIfTI file.
        network: its name, or that of the method; None where there is no report.
        activity: of the study before correction, summed over voxels; None without report.
        weights: SHA-256 of the network's weights.
        date, device: when and on what it was corrected.
    """

    volume: Path
    network: str | None
    activity: float | None
    weights: str | None = None
    date: str | None = None
    device: str | None = None


def find_methods(corrected_dir: str | Path, studies: Sequence[str]) -> dict[str, dict[str, Correction]]:
    """Find the methods that corrected a cohort's test studies.

    A method is named as the network in its studies' reports or, without reports, as its folder. Folders that would
    share a name, such as those of one network trained from several seeds, bear their own in brackets behind it.

    Args:
        corrected_dir: one folder per method, in it <study>/<study>_corrected.nii.gz and, of networks, <study>.json.
        studies: names of all test studies.

    Returns:
        By method, what it made of each study: the paper's networks in the order of `NETWORKS`, then others by name.

    Raises:
        BadInput: no method, one that lacks studies, two networks in one folder, or a report that cannot be read.
    """
    found = {folder: _corrections(folder, studies) for folder in _folders(Path(corrected_dir))}
    names = {folder: _name(folder, corrections) for folder, corrections in found.items()}
    how_often = Counter(names.values())
    return {
        names[folder] if how_often[names[folder]] == 1 else f"{names[folder]} ({folder.name})": found[folder]
        for folder in sorted(names, key=lambda folder: (place_of_network(names[folder]), names[folder], folder.name))
    }


def estimates(methods: Iterable[str]) -> list[str]:
    """Return the methods that are compared with iterative Yang, without itself and the truth."""
    return [method for method in methods if method not in (REFERENCE, TRUTH)]


def place_of_network(name: str) -> int:
    """Return where a network stands: the paper's in the order of `NETWORKS`, then all others alike."""
    return NETWORKS.index(name) if name in NETWORKS else len(NETWORKS)


def _folders(corrected_dir: Path) -> list[Path]:
    inside = sorted(corrected_dir.iterdir()) if corrected_dir.is_dir() else []
    folders = [path for path in inside if path.is_dir() and not path.name.startswith(".")]
    if not folders:
        raise BadInput(
            f"corrected_dir must have a folder for each method, got none in {corrected_dir}; run `make inference` on "
            "the cohort first, or set corrected_dir to where its results lie"
        )
    return folders


def _corrections(folder: Path, studies: Sequence[str]) -> dict[str, Correction]:
    volumes = {study: folder / study / f"{study}_corrected.nii.gz" for study in studies}
    missing = [volume for volume in volumes.values() if not volume.is_file()]
    if missing:
        raise BadInput(
            f"every method must have corrected all {len(studies)} test studies, but {len(missing)} are missing, such "
            f"as {missing[0]}; run `make inference` on the cohort with {folder} as its output_dir, or remove the folder"
        )
    return {study: _read(volume, volume.with_name(f"{study}.json")) for study, volume in volumes.items()}


def _read(volume: Path, report: Path) -> Correction:
    if not report.is_file():
        return Correction(volume=volume, network=None, activity=None)
    try:
        content = json.loads(report.read_text(encoding="utf-8"))
        return Correction(
            volume=volume,
            network=str(content["method" if "method" in content else "network"]["name"]),
            activity=float(content["total_activity"]["before"]),
            weights=content.get("weights", {}).get("sha256"),
            date=content.get("date"),
            device=content.get("device"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{report} must be a report of the run inference or deblurring ({type(error).__name__}: {error}); "
            "was it changed?"
        ) from error


def _name(folder: Path, corrections: dict[str, Correction]) -> str:
    networks = {correction.network for correction in corrections.values()}
    if len(networks) > 1:
        listed = ", ".join(sorted(network or "none" for network in networks))
        raise BadInput(
            f"a folder holds the studies of one method, got reports of {listed} in {folder}; correct it anew"
        )
    name = networks.pop() or folder.name
    if name in (UNCORRECTED, REFERENCE, TRUTH):
        raise BadInput(f"{name!r} is what corrected studies are compared with, got a method of that name in {folder}")
    return name
