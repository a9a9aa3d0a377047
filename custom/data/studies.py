"""The studies that a user's input names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from custom.data.datalist import check_names, read_datalist, study_name
from custom.data.nm_dicom import looks_like_image
from custom.errors import BadInput

COHORT = "dataset.json"


def find_studies(
    input_path: str | Path,
    *,
    image_keys: Sequence[str] = ("image",),
    regions: str | Path | None = None,
    ct: str | Path | None = None,
) -> list[dict[str, str]]:
    """List the studies of an input as MONAI's data sets read them.

    Args:
        input_path: a NIfTI or NM DICOM file; a folder, searched with its subfolders for such files; or a cohort, the
            folder with `dataset.json` or that file, whose test animals are taken.
        image_keys: channels of the network; with "ct" each study needs one.
        regions: label map for an input of one study, not for a cohort, which brings its own.
        ct: CT (NIfTI, HU) for an input of one study, not for a cohort, which brings its own.

    Returns:
        One dictionary per study: paths under `image` and, where given, `regions` and `ct`; its name under `study`.

    Raises:
        BadInput: the input does not exist, holds no study, or is a cohort with missing files; or one label map or CT
            is given for several studies or for a cohort.
    """
    path = Path(input_path).absolute()
    cohort = path / COHORT if path.is_dir() else path
    beside = {key: str(file) for key, file in (("regions", regions), ("ct", ct)) if file is not None}
    if cohort.name == COHORT and cohort.is_file():
        _refuse(beside, f"a cohort in {cohort.parent}")
        return read_datalist(cohort.parent, "test", [*image_keys, "regions"])
    images = _images_in(path) if path.is_dir() else [path]
    names = _names(images, path if path.is_dir() else path.parent)
    if len(images) > 1:
        _refuse(beside, f"{len(images)} studies in {path}")
    if "ct" in image_keys and "ct" not in beside:
        raise BadInput(f"this network needs a CT beside the SPECT volume, got none for {path}; set ct")
    return [{"image": str(image), "study": names[image]} | beside for image in images]


def _refuse(beside: dict[str, str], several: str) -> None:
    """Raise BadInput where files of one study are given for several."""
    if beside:
        raise BadInput(
            f"{' and '.join(beside)} belong to one study, got {several}; "
            "correct such studies one by one, or list the files of each in a cohort's dataset.json"
        )


def _images_in(folder: Path) -> list[Path]:
    """List files that look like images, without hidden ones and without volumes that an earlier run corrected."""
    images = [
        file
        for file in sorted(folder.rglob("*"))
        if looks_like_image(file)
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and file.name != f"{file.parent.name}_corrected.nii.gz"
    ]
    if not images:
        raise BadInput(
            f"a folder of studies holds NIfTI (.nii, .nii.gz) or NM DICOM files, got none in {folder}; "
            "is it the right folder?"
        )
    return images


def _names(images: list[Path], folder: Path) -> dict[Path, str]:
    """Name studies after their files; files of one name in several folders also after these."""
    short = {image: _without_extension(image) for image in images}
    how_often = Counter(short.values())
    long = {image: "_".join([*image.relative_to(folder).parent.parts, name]) for image, name in short.items()}
    names = {image: name if how_often[name] == 1 else long[image] for image, name in short.items()}
    check_names(list(names.values()), str(folder))
    return names


def _without_extension(image: Path) -> str:
    name = study_name(image)
    return name[:-4] if name.lower().endswith(".dcm") else name
