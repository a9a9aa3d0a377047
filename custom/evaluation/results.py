"""The files that an evaluation leaves, each whole or not there."""

from __future__ import annotations

import csv
import json
import logging
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from custom.errors import BadInput
from custom.evaluation.measures import NUMBERS, Measures
from custom.evaluation.segments import SEGMENTS
from custom.settings import check_yes_or_no

WHICH = ("study", "animal", "gate", "method")
MEASURED = (*WHICH, *NUMBERS)

logger = logging.getLogger(__name__)


class ResultsFolder:
    """A folder for the results of an evaluation.

    Args:
        output_dir: gets measures.csv, segments.csv, summary.json and the figures.
        figures: names of the figures, without extension.
        overwrite: whether results that stand there are replaced.

    Raises:
        BadInput: the folder cannot be written to, or holds results that are not to be replaced.
    """

    def __init__(self, output_dir: str | Path, figures: Sequence[str], overwrite: bool = False) -> None:
        names = ["measures.csv", "segments.csv", "summary.json", *(f"{figure}.png" for figure in figures)]
        self.folder = prepare_folder(output_dir, names, overwrite)

    def write(self, measures: Sequence[Measures], summary: Mapping[str, Any], figures: Mapping[str, Figure]) -> None:
        """Write all results beside each other, then move them into place."""
        with written_whole(self.folder) as partial:
            _write_table(partial / "measures.csv", MEASURED, [_values(row, MEASURED) for row in measures])
            segments = [[*_values(row, WHICH), *row.segments] for row in measures]
            _write_table(partial / "segments.csv", (*WHICH, *SEGMENTS), segments)
            (partial / "summary.json").write_text(json.dumps(summary, indent=2, allow_nan=False), encoding="utf-8")
            for name, figure in figures.items():
                figure.savefig(partial / f"{name}.png")
        for method, described in summary["methods"].items():
            imbv = described["imbv"]
            spread = "" if imbv["sd"] is None else f" ± {imbv['sd']:.3f}"
            logger.info("IMBV, %s: %.3f%s (%d studies)", method, imbv["mean"], spread, imbv["n"])
        logger.info("Results are in %s", self.folder)


def prepare_folder(output_dir: str | Path, names: Sequence[str], overwrite: bool) -> Path:
    """Make a folder for results of given names, and return it.

    Raises:
        BadInput: `overwrite` is neither true nor false, or the folder cannot be written to, or holds such results that
            are not to be replaced.
    """
    check_yes_or_no(overwrite=overwrite)
    folder = Path(output_dir)
    existing = [name for name in names if (folder / name).exists()]
    if existing and not overwrite:
        raise BadInput(
            f"{folder} holds results ({', '.join(existing)}); "
            "set overwrite (--overwrite True, or OVERWRITE=1 of make), or another output_dir"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadInput(f"output_dir must be a folder that can be written to, got {folder} ({error})") from error
    return folder


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Lend a folder to write results in; they move into place when all are written, and none if one fails."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as temporary:
        partial = Path(temporary)
        yield partial
        for file in sorted(partial.iterdir()):
            file.replace(folder / file.name)


def _write_table(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(names)
        table.writerows(rows)


def _values(row: Measures, names: Sequence[str]) -> list[object]:
    return [getattr(row, name) for name in names]
