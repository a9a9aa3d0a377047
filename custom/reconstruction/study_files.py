"""The files of the studies that a user names: one by one, or as a folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from custom.digest import sha256
from custom.errors import BadInput

PROJECTIONS = "_counts.nii.gz"
BESIDE = {"regions": "_regions.nii.gz", "mu_map": "_mu.nii.gz", "background": "_scatter.nii.gz"}


@dataclass(frozen=True, kw_only=True)
class StudyFiles:
    """Where one study's NIfTI files are.

    Args:
        name: of the folder of its results among others; empty where there are no others.
        projections: counts.
        regions: label map.
        mu_map: linear attenuation coefficients; None without.
        background: expected scatter; None without.
    """

    name: str = ""
    projections: str | None
    regions: str | None
    mu_map: str | None = None
    background: str | None = None

    def __str__(self) -> str:
        """Name the study to its user."""
        return self.name or str(self.projections)

    def checksums(self) -> dict[str, dict[str, str] | None]:
        """Return path and SHA-256 of each file that there is."""
        return {name: path and with_checksum(path) for name, path in asdict(self).items() if name != "name"}


def find_study_files(
    *,
    projections: str | Path | None,
    regions: str | Path | None = None,
    mu_map: str | Path | None = None,
    background: str | Path | None = None,
) -> list[StudyFiles]:
    """List the studies that a user names.

    Args:
        projections: the counts of one study; or a folder, searched with its subfolders for …_counts.nii.gz. Beside
            each of these stand …_regions.nii.gz and, for all studies or for none, …_mu.nii.gz and …_scatter.nii.gz,
            as run `simulation` writes them.
        regions: of one study.
        mu_map: of one study.
        background: of one study.

    Raises:
        BadInput: a folder without studies or with two of one name, or files of one study are given for a folder.
    """
    given = {"regions": regions, "mu_map": mu_map, "background": background}
    if projections is None or not Path(projections).is_dir():
        return [
            StudyFiles(
                projections=_text(projections),
                regions=_text(regions),
                mu_map=_text(mu_map),
                background=_text(background),
            )
        ]
    folder = Path(projections).absolute()
    beside = [name for name, path in given.items() if path is not None]
    if beside:
        raise BadInput(
            f"{' and '.join(beside)} belong to one study, got the folder {folder} as projections; there they stand "
            f"beside the counts, as …{' and …'.join(BESIDE[name] for name in beside)}"
        )
    return _studies_in(folder)


def _studies_in(folder: Path) -> list[StudyFiles]:
    stems = [
        str(path).removesuffix(PROJECTIONS)
        for path in sorted(folder.rglob(f"?*{PROJECTIONS}"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not stems:
        raise BadInput(f"a folder of studies holds files …{PROJECTIONS}, got none in {folder}; is it the right folder?")
    twice = [name for name, n in Counter(Path(stem).name for stem in stems).items() if n > 1]
    if twice:
        raise BadInput(f"each study has a name of its own, got several {', '.join(twice)} in {folder}; rename them")
    return [
        StudyFiles(
            name=Path(stem).name,
            projections=stem + PROJECTIONS,
            regions=stem + BESIDE["regions"],
            mu_map=stem + BESIDE["mu_map"] if _any_has(stems, BESIDE["mu_map"]) else None,
            background=stem + BESIDE["background"] if _any_has(stems, BESIDE["background"]) else None,
        )
        for stem in stems
    ]


def _any_has(stems: list[str], suffix: str) -> bool:
    return any(Path(stem + suffix).is_file() for stem in stems)


def _text(path: str | Path | None) -> str | None:
    return path if path is None else str(Path(path).absolute())


def with_checksum(path: str | Path) -> dict[str, str]:
    """Return a file's absolute path and its SHA-256, by which reports name what a run read."""
    return {"path": str(Path(path).absolute()), "sha256": sha256(path)}
