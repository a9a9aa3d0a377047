"""Messages for what a user can mend: one line instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType


class BadInput(ValueError):
    """A user's file or setting breaks a rule; the message gives the rule, what was got and the likely cause."""


@contextmanager
def written_to(folder: Path) -> Iterator[None]:
    """Tell in one line that results could not be written.

    Raises:
        BadInput: what is done in this context meets an error of the file system.
    """
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"results are written whole or not at all, got '{error.strerror or error}' in {folder}; is the disk full?"
        ) from error


def find_bad_input(error: BaseException | None) -> BadInput | None:
    """Return the first `BadInput` in the chain of causes and contexts of an exception, or None where there is none."""
    waiting, seen = [error], set()
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, BadInput):
            return error
        if error is not None and id(error) not in seen:
            seen.add(id(error))
            waiting += [error.__cause__, error.__context__]
    return None


def explain_bad_input() -> None:
    """Let an uncaught `BadInput` end the program with one line on standard error and exit status 1.

    Configs call this first, because the bundle's parser wraps every exception in others.
    """
    sys.excepthook = _print_one_line


def _print_one_line(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    bad_input = find_bad_input(error)
    if bad_input is None:
        sys.__excepthook__(kind, error, traceback)
    else:
        print("error: " + " ".join(str(bad_input).split()), file=sys.stderr)
