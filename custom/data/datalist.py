"""The studies of a cohort, as the dictionaries that MONAI's data sets read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

from custom.errors import BadInput

SPLITS = ("training", "validation", "test")
LONGEST_NAME = 200  # bytes; what is added to it must fit into a file name


def read_datalist(dataset_dir: str | Path, split: str, keys: Sequence[str]) -> list[dict[str, str]]:
    """List the studies of one split of a cohort.

    Args:
        dataset_dir: folder with `dataset.json`, as the run `simulation` writes it.
        split: "training", "validation" or "test".
        keys: volumes that each study must have, for example image, label and regions.

    Returns:
        One dictionary per study: the volumes' absolute paths under `keys`, and the study's name under `study`.

    Raises:
        BadInput: no cohort in the folder, a broken `dataset.json`, an empty split, or a volume that is not there.
    """
    folder = Path(dataset_dir).absolute()
    entries = _read_split(folder / "dataset.json", split)
    studies = [_resolve(folder, entry, split, keys) for entry in entries]
    check_names([study["study"] for study in studies], str(folder / "dataset.json"))
    return studies


def study_name(image: str | Path) -> str:
    """Name a study after its image file: sub-001_gate-ed for …/sub-001_gate-ed_mlem.nii.gz."""
    return re.sub(r"(\.nii)?(\.gz)?$", "", Path(image).name, count=1, flags=re.IGNORECASE).removesuffix("_mlem")


def check_names(names: Sequence[str], where: str) -> None:
    """Hold the names of studies, after which folders are named, against what a folder may be called.

    Raises:
        BadInput: a name twice, or one that no folder of its own can have.
    """
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise BadInput(
            f"each study has a name of its own, got several files named {', '.join(twice)} in {where}; "
            "is one study there twice, or as DICOM and as NIfTI? Correct them one by one"
        )
    bad = [name for name in names if name.strip(".") == "" or len(name.encode(errors="replace")) > LONGEST_NAME]
    if bad:
        raise BadInput(
            f"a study is named as its file, by 1 to {LONGEST_NAME} letters and not by dots alone, got {bad[0]!r} in "
            f"{where}; rename the file"
        )


def _read_split(path: Path, split: str) -> list[dict[str, str]]:
    if split not in SPLITS:
        raise BadInput(f"a cohort's split must be one of {', '.join(SPLITS)}, got {split!r}")
    if not path.is_file():
        raise BadInput(
            f"dataset_dir must hold a cohort, but {path} is missing; run `make simulation` first, or set dataset_dir"
        )
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))[split]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(
            f"{path} must be JSON with a list '{split}' of studies ({type(error).__name__}: {error}); "
            "was the simulation interrupted?"
        ) from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadInput(f"'{split}' in {path} must be a list of studies, each a dictionary of file names")
    if not entries:
        raise BadInput(f"'{split}' in {path} lists no study; a cohort needs more animals (`n_animals` of simulation)")
    return entries


def _resolve(folder: Path, entry: dict[str, str], split: str, keys: Sequence[str]) -> dict[str, str]:
    missing = [key for key in keys if key not in entry]
    if missing:
        raise BadInput(
            f"each study in '{split}' of {folder / 'dataset.json'} needs {', '.join(keys)}; "
            f"{', '.join(missing)} missing in {entry}"
        )
    no_names = [key for key in keys if not isinstance(entry[key], str)]
    if no_names:
        raise BadInput(
            f"volumes in {folder / 'dataset.json'} are named by their files, got {no_names[0]} "
            f"{shorten(repr(entry[no_names[0]]), 60)}"
        )
    study = {key: str(folder / entry[key]) for key in keys}
    for key, path in study.items():
        if not Path(path).is_file():
            raise BadInput(
                f"the {key} of a study, {path}, is missing; is the cohort complete? `make simulation` makes it"
            )
    return study | {"study": study_name(entry["image"])}
