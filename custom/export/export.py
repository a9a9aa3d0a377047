"""Run `export`: a trained network into files, each compared with the network before it is there."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as installed_version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from monai.bundle import ConfigParser
from torch import Tensor, nn

from custom.digest import sha256
from custom.errors import BadInput
from custom.export.about import about
from custom.export.formats import FORMATS, About, Format, opset
from custom.result_folder import ResultFolder
from custom.settings import check_whole

REPORT = "export.json"
TOLERANCE = 1e-4
"""Greatest difference from the network, of activity divided by the volume's factor, so that 1 is its brightest."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Export:
    """Files of one network.

    Args:
        formats: names out of `FORMATS`.
        input_shape: of the image that the network sees, (1, C, X, Y, Z); ONNX files take no other.
        switches: settings of the run `inference` that tell the network.
        weights: file with its state_dict.
        shipped_weights: the bundle's own.
        metadata: the bundle's.
        config: file of the run `inference`.
        output_dir: folder of the files.
        overwrite: whether they may be there already.

    Raises:
        BadInput: an unknown format or a package that it needs and is not installed, a shape that is none of one
            volume, or files that may not be replaced.
    """

    formats: Sequence[str]
    input_shape: Sequence[int]
    switches: Mapping[str, Any]
    weights: str | Path
    shipped_weights: str | Path
    metadata: Mapping[str, Any]
    config: str | Path
    output_dir: str | Path
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Refuse before the work starts what would fail in it."""
        check_formats(self.formats)
        check_shape(self.input_shape, n_channels=len(self.switches["image_keys"]))
        _ = self.folder

    @property
    def folder(self) -> ResultFolder:
        """Where the files go."""
        names = (*(FORMATS[name].file for name in self.formats), REPORT)
        return ResultFolder(path=self.output_dir, names=names, overwrite=self.overwrite)

    def write(self, network: nn.Module) -> None:
        """Write all files and a report, compared with the network, or none.

        Args:
            network: with its weights, on the CPU.

        Raises:
            BadInput: the network takes no such image, or a file computes something else than the network.
        """
        network = network.eval()
        image = torch.rand(tuple(self.input_shape), generator=torch.Generator().manual_seed(0))
        expected = self._expected(network, image)
        with self.folder.filled() as unfinished, torch.no_grad():
            files = {}
            for name in self.formats:
                form = FORMATS[name]
                form.write(network, image, self._about, unfinished / form.file)
                files[form.file] = _checked(form, unfinished / form.file, network, image, expected)
            report = self._report(files)
            (unfinished / REPORT).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        largest = max(entry["largest_difference"] for entry in files.values())
        told = ", ".join(f"{file} ({entry['bytes'] / 1e6:.1f} MB)" for file, entry in files.items())
        logger.info("%s in %s; from the network they differ by %.1g at most", told, self.output_dir, largest)

    def _expected(self, network: nn.Module, image: torch.Tensor) -> torch.Tensor:
        try:
            with torch.no_grad():
                return network(image)
        except ValueError as error:
            raise BadInput(f"input_shape must suit the network, got {self.input_shape}: {error}") from error

    @cached_property
    def _sha256(self) -> str:
        return sha256(self.weights)

    @cached_property
    def _about(self) -> About:
        shipped = Path(self.shipped_weights)
        return about(
            metadata=self.metadata,
            config=ConfigParser.load_config_file(str(self.config)),
            switches=self.switches,
            sha256=self._sha256,
            shipped=shipped.is_file() and sha256(shipped) == self._sha256,
        )

    def _report(self, files: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "software": f"cardiac-spect-pvc {self.metadata['version']}, torch {installed_version('torch')}",
            "network": dict(self.switches),
            "weights": {"file": Path(self.weights).name, "sha256": self._sha256},
            "input_shape": list(self.input_shape),
            "tolerance": TOLERANCE,
            "files": dict(files),
        }


def check_shape(shape: Sequence[int], *, n_channels: int) -> None:
    """Hold the shape of the image that an exported file takes against (1, C, X, Y, Z).

    Raises:
        BadInput: another number of axes, volumes or channels, or an axis that is no whole number of voxels.
    """
    if not isinstance(shape, Sequence) or len(shape) != 5 or tuple(shape[:2]) != (1, n_channels):
        raise BadInput(
            f"input_shape is (1, {n_channels}, x, y, z) for this network, got {shape}; kernels differ from volume to "
            "volume, so that files hold for a batch of one"
        )
    check_whole(**{f"input_shape along {axis}": length for axis, length in zip("xyz", shape[2:], strict=True)})


def check_formats(formats: Sequence[str]) -> None:
    """Hold names of formats, and what they need, against what there is.

    Raises:
        BadInput: no format, an unknown one, or one whose packages are not installed.
    """
    if not isinstance(formats, Sequence) or isinstance(formats, str) or not formats or not set(formats) <= {*FORMATS}:
        raise BadInput(f"formats are some of [{', '.join(FORMATS)}], got {formats!r}; is one misspelt?")
    missing = [package for name in formats for package in FORMATS[name].packages if find_spec(package) is None]
    if missing:
        raise BadInput(
            f"formats {', '.join(formats)} need packages beside the bundle's own, got no {', '.join(missing)}; "
            "`make export` installs them, as does pip install -r requirements-optional.txt"
        )


def _checked(form: Format, path: Path, network: nn.Module, image: Tensor, expected: Tensor) -> dict[str, Any]:
    """Return what is told of a file that computes what the network computes."""
    largest = float((form.read(path, network)(image) - expected).abs().max())
    if not largest <= TOLERANCE:
        raise BadInput(
            f"{form.file} must compute what the network does within {TOLERANCE:g}, got a difference of {largest:g}; "
            "no file was written; are the weights extreme, or the packages others than the pinned ones?"
        )
    told = {"bytes": path.stat().st_size, "sha256": sha256(path), "largest_difference": largest}
    return told | ({"opset": opset(path)} if form.file.endswith(".onnx") else {})
