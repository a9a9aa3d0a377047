"""Where the results page's evidence comes from: a comparison's test sets, as they lie on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from custom.errors import BadInput
from custom.evaluation.corrected_set import CorrectedSet, read_corrected_set
from custom.evaluation.json_record import JsonRecord
from custom.evaluation.measures import methods_of
from custom.evaluation.measures_table import Table, all_measures_of, measures_of
from custom.evaluation.methods import OF_THE_PAPER, REFERENCE, TRUTH, UNCORRECTED
from custom.evaluation.results_page import NAME
from custom.evaluation.study_images import StudyImages, read_study_images
from custom.evaluation.trained import Trained, method_names, read_trained
from custom.machine import describe_machine

SAME_IMBV = 1e-3
"""How far IMBV of one image may differ: what a processor rounds otherwise, not what other noise does."""

ReadStudies = Callable[[str | Path], Sequence[Mapping[str, str]]]


@dataclass(frozen=True, kw_only=True)
class Sources:
    """A comparison on disk.

    Args:
        comparison_dir: what the run `comparison` wrote.
        read_studies: lists the test studies of a cohort, see `CorrectedSet`.
        earlier: measures of an earlier page; a network that corrected a test set then, with the weights that it still
            has, is taken from there where its corrections are no longer on disk, and all of a test set where its
            cohort is not.
    """

    comparison_dir: Path
    read_studies: ReadStudies
    earlier: Table = ()

    @cached_property
    def trained(self) -> dict[str, Trained]:
        """All members, by name."""
        return read_trained(self.comparison_dir)

    @property
    def weights(self) -> dict[str, str]:
        """SHA-256 of the weights of every trained network, by its method."""
        names = method_names(self.trained)
        return {names[member]: str(one.record["sha256"]) for member, one in self.trained.items()}

    def read(self, test_set: str, dataset_dir: str | Path) -> CorrectedSet:
        """Measure the test animals of a cohort, or take their measures from the earlier page if the cohort is gone."""
        earlier = () if Path(dataset_dir).exists() else all_measures_of(self.earlier, test_set, self.weights)
        if earlier:
            return CorrectedSet(studies=(), methods={}, measures=earlier)
        return self.measure(test_set, dataset_dir)

    def measure(self, test_set: str, dataset_dir: str | Path) -> CorrectedSet:
        """Measure the test animals of a cohort, corrected under the name of a test set.

        Raises:
            BadInput: see `read_corrected_set`; or the earlier measures are of other images.
        """
        trained, folder = self.trained, self.comparison_dir / "corrected" / test_set
        studies = self.read_studies(dataset_dir)
        earlier = measures_of(self.earlier, test_set, self.weights, [study["study"] for study in studies])
        corrected = read_corrected_set(folder, studies, dataset_dir, trained, may_be_gone=bool(earlier))
        if earlier:
            self._check_images(test_set, corrected, dataset_dir)
        return corrected.with_earlier(earlier)

    def _check_images(self, test_set: str, corrected: CorrectedSet, dataset_dir: str | Path) -> None:
        """Refuse earlier measures of other images of animals of the same names, as by IMBV before correction."""
        earlier, now = (
            {row.study: row.imbv for row in rows if row.method == UNCORRECTED}
            for rows in (all_measures_of(self.earlier, test_set, {}), corrected.measures)
        )
        for study, imbv in now.items():
            if abs(earlier.get(study, imbv) - imbv) > SAME_IMBV:
                raise BadInput(
                    f"measures of an earlier page are of the same images, got IMBV {imbv:.4f} before correction for "
                    f"{study} of {dataset_dir}, there {earlier[study]:.4f}; did another version or seed make it?"
                )


def read_findings(file: str | Path | None) -> list[str]:
    """Read paragraphs of a text file, which empty lines set apart; none without a file.

    Raises:
        BadInput: the file cannot be read.
    """
    if file is None:
        return []
    try:
        paragraphs = Path(file).read_text(encoding="utf-8").split("\n\n")
    except (OSError, ValueError) as error:
        raise BadInput(f"findings must be a text file, got {file} ({error}); is the path right?") from error
    return [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]


def made_by(
    corrected: CorrectedSet,
    cohorts: Mapping[str, str | Path],
    *,
    measured_earlier: Sequence[str] = (),
    earlier_measures: str | Path | None = None,
) -> dict[str, str]:
    """Tell by which machine, when and from which cohorts a page is made, and when and where networks corrected.

    Args:
        corrected: the test set whose reports are asked.
        cohorts: folders by what they are; one that is gone is described as by the earlier page.
        measured_earlier: test sets that are taken from an earlier page whole.
        earlier_measures: results_measures.csv of that page, whose results.json stands beside it.

    Raises:
        BadInput: a cohort that neither the disk nor the earlier page can tell of.
    """
    reports = [one for corrections in corrected.methods.values() for one in corrections.values()]
    days, devices = ({getattr(one, name) for one in reports} - {None} for name in ("date", "device"))
    known = {UNCORRECTED, REFERENCE, TRUTH, *corrected.methods}
    earlier = [method for method in methods_of(corrected.measures) if method not in known]
    taken = [*earlier, *(f"all of {test_set}" for test_set in measured_earlier)]
    span = " to ".join(dict.fromkeys(day[:10] for day in (min(days), max(days)))) if days else ""
    said = ", ".join([*([span] if span else []), *sorted(devices)])
    return {
        "machine": describe_machine(),
        "date": date.today().isoformat(),
        **({"networks corrected": said} if said else {}),
        **({"from the measures of an earlier page": ", ".join(taken)} if taken else {}),
        **{title: _cohort(title, Path(folder), earlier_measures) for title, folder in cohorts.items()},
    }


def shown_studies(corrected: CorrectedSet) -> list[StudyImages]:
    """Read the images of the first test animal, gate by gate, by the paper's methods."""
    animal = corrected.measures[0].animal
    names = {row.study for row in corrected.measures if row.animal == animal}
    return [_images(corrected, study) for study in corrected.studies if study["study"] in names]


def _images(corrected: CorrectedSet, study: Mapping[str, str]) -> StudyImages:
    name = study["study"]
    networks = {method: of[name].volume for method, of in corrected.methods.items() if method in OF_THE_PAPER}
    files = {
        UNCORRECTED: Path(study["image"]),
        **networks,
        REFERENCE: Path(study["label"]),
        TRUTH: Path(study["truth"]),
    }
    imbv = {row.method: row.imbv for row in corrected.measures if row.study == name}
    return read_study_images(name, files, Path(study["regions"]), imbv)


def _cohort(title: str, folder: Path, earlier_measures: str | Path | None) -> str:
    if earlier_measures is not None and not folder.exists():
        return str(JsonRecord(Path(earlier_measures).with_name(f"{NAME}.json")).at("made", title))
    dataset = JsonRecord(folder / "dataset.json")
    return f"{folder}: seed {dataset.at('seed')}, version {dataset.at('generator_version')} of the simulation"
