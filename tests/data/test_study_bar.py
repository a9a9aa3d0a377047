"""The progress bar of studies."""

from __future__ import annotations

import pytest
from ignite.engine import Engine, Events

from custom.data.study_bar import StudyBar


def test_it_counts_studies_that_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    engine, bar, seen = Engine(lambda *_: None), StudyBar(), []
    bar.attach(engine)
    engine.add_event_handler(Events.ITERATION_STARTED, lambda: seen.append((bar.bar.n, bar.bar.total)))
    engine.run([0, 0, 0])
    assert seen == [(0, 3), (1, 3), (2, 3)]
    shown = capsys.readouterr().err
    assert "correcting studies:   0%" in shown
    assert "3/3" in shown
