"""Hold a bundle to the Model Zoo's rules, without a network: one line for each check, exit status 1 if one fails.

A bundle's configs are programs, which the checks run: only for bundles whose origin is known.
"""

from __future__ import annotations

import io
import logging
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import fire

from custom.errors import BadInput, explain_bad_input, find_bad_input
from tools.checks.configs import check_components, check_configs, check_properties
from tools.checks.documents import check_card, check_metadata, check_readme
from tools.checks.files import check_licence, check_paths, check_sizes
from tools.checks.network import check_network, check_torchscript, check_weights
from tools.checks.unpacked import Unpacked, only_code_of
from tools.pack_bundle import packed_file

LARGEST_BUNDLE = 4e9  # bytes; more is a mistake, or meant to fill the disk


@dataclass(frozen=True)
class Check:
    """One of the rules.

    Args:
        name: that stands in its line.
        hold: returns what was found, and raises where the rule is broken.
        after: names of checks without whose success this one says nothing.
    """

    name: str
    hold: Callable[[Unpacked], str]
    after: tuple[str, ...] = ()


CHECKS = (
    Check("licence", check_licence),
    Check("sizes", check_sizes),
    Check("metadata", check_metadata),
    Check("readme", check_readme),
    Check("card", check_card, ("metadata",)),
    Check("configs", check_configs, ("metadata",)),
    Check("paths", check_paths, ("configs",)),
    Check("properties", check_properties, ("configs",)),
    Check("components", check_components, ("configs",)),
    Check("network", check_network, ("components",)),
    Check("weights", check_weights, ("network",)),
    Check("torchscript", check_torchscript, ("weights",)),
)


def check_bundle(bundle: str | None = None) -> None:
    """Print one line for each check of a bundle.

    Args:
        bundle: its folder, or a zip file of it; without, the zip file that `make bundle` packs.

    Raises:
        BadInput: there is no bundle, or checks failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = _unpack(Path(bundle) if bundle else packed_file(), Path(folder))
        failed = [name for name, passed in run_checks(Unpacked(root)).items() if not passed]
    if failed:
        raise BadInput(f"{bundle or 'the packed bundle'} fails {len(failed)} of {len(CHECKS)}: {', '.join(failed)}")


def run_checks(bundle: Unpacked) -> dict[str, bool]:
    """Make all checks, print the line of each, and return which of those made passed."""
    passed: dict[str, bool] = {}
    with only_code_of(bundle):
        for check in CHECKS:
            waits_for = [name for name in check.after if not passed.get(name)]
            if waits_for:
                _say("not made", check.name, f"needs {', '.join(waits_for)}")
            else:
                passed[check.name] = _made(check, bundle)
    return passed


def _made(check: Check, bundle: Unpacked) -> bool:
    try:
        with _quiet():
            found = check.hold(bundle)
    except Exception as error:
        _say("FAILED", check.name, _reason(error))
        return False
    _say("passed", check.name, found)
    return True


def _say(result: str, name: str, words: str) -> None:
    print(f"{result:8}  {name:11}  {' '.join(words.split())}", flush=True)


def _reason(error: BaseException) -> str:
    """Say what is wrong in the words of the first cause."""
    bad_input = find_bad_input(error)
    while error.__cause__ is not None and bad_input is None:
        error = error.__cause__
    return str(bad_input or f"{type(error).__name__}: {error}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what MONAI prints, logs and warns of from between the lines."""
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def _unpack(bundle: Path, folder: Path) -> Path:
    """Return the bundle's folder, out of its zip file if it is one."""
    if bundle.is_dir():
        return bundle.resolve()
    if not bundle.is_file() or not zipfile.is_zipfile(bundle):
        raise BadInput(f"a bundle is a folder or a zip file of one, got {bundle}; `make bundle` packs one")
    try:
        with zipfile.ZipFile(bundle) as archive:
            n_bytes = sum(member.file_size for member in archive.infolist())
            if n_bytes > LARGEST_BUNDLE:
                raise BadInput(f"a bundle unpacks to {LARGEST_BUNDLE:g} bytes at most, got {n_bytes:g} in {bundle}")
            archive.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError) as error:
        raise BadInput(f"a zip file can be unpacked whole, got '{error}' for {bundle}; was it cut short?") from error
    inside = [place for place in folder.iterdir() if place.is_dir()]
    if len(inside) != 1:
        raise BadInput(f"a bundle's zip file holds one folder, {bundle} holds {len(inside)}")
    return inside[0]


if __name__ == "__main__":
    explain_bad_input()
    fire.Fire(check_bundle)
