"""What the results page is made of, and the command that it shows."""

from __future__ import annotations

import shlex

from custom.evaluation.results_places import Places

TITLE = "animals outside the training's ranges, $5"
LEAST = {"comparison_dir": "output/comparison", "dataset_dir": "data/cohort"}


def test_what_was_not_given_is_not_shown() -> None:
    places = Places(**LEAST, shifted_dirs={}, other_dirs=None)
    assert places.command == "make results DATASET=data/cohort OPTIONS='--comparison_dir output/comparison'"
    assert places.cohorts == {"cohort": "data/cohort"}


def test_ordinary_folders_need_no_quotes_of_their_own() -> None:
    places = Places(**LEAST, further_dir="data/further", shifted_dirs={"4": "data/ct_shift_4"})
    options = "--comparison_dir output/comparison --further_dir data/further --shifted_dirs#4 data/ct_shift_4"
    assert places.command == f"make results DATASET=data/cohort OPTIONS='{options}'"


def test_two_shells_and_make_read_back_what_was_given() -> None:
    """The reader's shell takes one word as OPTIONS; make halves the dollars and hands it to a shell of its own."""
    places = Places(
        comparison_dir="compared", dataset_dir="my cohort", other_dirs={TITLE: "data/out side"}, findings="it's.txt"
    )
    verb, run, dataset, options = shlex.split(places.command)
    assert (verb, run, dataset) == ("make", "results", "DATASET=my cohort")
    made = options.removeprefix("OPTIONS=").replace("$$", "$")
    given = ["--comparison_dir", "compared", f"--other_dirs#{TITLE}", "data/out side", "--findings", "it's.txt"]
    assert shlex.split(made) == given


def test_cohorts_with_animals_of_their_own_are_listed() -> None:
    """A shifted CT and the other gate's do not make other animals."""
    places = Places(
        **LEAST,
        further_dir="f",
        shifted_dirs={"4": "s"},
        other_dirs={"perfusion": "p"},
        deficit_dir="d",
        no_deficit_dir="n",
        wrong_gate_dir="w",
    )
    assert places.cohorts == {
        "cohort": "data/cohort",
        "further": "f",
        "perfusion": "p",
        "territory with less blood": "d",
    }
