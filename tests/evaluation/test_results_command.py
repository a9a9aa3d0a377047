"""The command that the results page shows."""

from __future__ import annotations

import shlex

from custom.evaluation.results_command import results_command

TITLE = "animals outside the training's ranges, $5"


def test_what_was_not_given_is_not_shown() -> None:
    command = results_command("data/cohort", further_dir=None, shifted_dirs={}, findings=None)
    assert command == "make results DATASET=data/cohort"


def test_ordinary_folders_need_no_quotes_of_their_own() -> None:
    command = results_command("data/cohort", further_dir="data/second", shifted_dirs={"4": "data/ct_shift_4"})
    options = "--further_dir data/second --shifted_dirs#4 data/ct_shift_4"
    assert command == f"make results DATASET=data/cohort OPTIONS='{options}'"


def test_two_shells_and_make_read_back_what_was_given() -> None:
    """The reader's shell takes one word as OPTIONS; make halves the dollars and hands it to a shell of its own."""
    command = results_command("my cohort", other_dirs={TITLE: "data/out side"}, findings="it's.txt")
    verb, run, dataset, options = shlex.split(command)
    assert (verb, run, dataset) == ("make", "results", "DATASET=my cohort")
    made = options.removeprefix("OPTIONS=").replace("$$", "$")
    assert shlex.split(made) == [f"--other_dirs#{TITLE}", "data/out side", "--findings", "it's.txt"]
