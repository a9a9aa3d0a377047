from dataclasses import replace

import nibabel
import numpy as np
import pytest
import torch

from custom.errors import BadInput
from custom.scanner.grid import ImageGrid
from custom.scanner.list_mode import Events, ListMode
from custom.scanner.list_mode_file import read_events
from custom.simulation.case import Case
from custom.simulation.case_files import SUFFIXES, entry, needed_files, read_identity, write_case
from custom.simulation.checksums import damaged_files
from custom.simulation.virtual_scan import GateTruth, VirtualScan

GRID = ImageGrid(shape=(3, 4, 5))
IDENTITY = {"animal": 7, "seed": 1}
SCAN = ListMode(
    camera="tiny",
    counts_shape=(2, 3, 3),
    tracer="red_blood_cells",
    simulated=True,
    origin="simulated",
    n_ticks=100,
    r_waves=np.array([0, 50], np.uint32),
    breaths=np.array([0, 90], np.uint32),
)
EVENTS = Events(
    ticks=np.array([3, 70], np.uint32), modules=np.array([0, 1], np.uint8), pixels=np.array([8, 2], np.uint16)
)


@pytest.fixture
def case():
    volumes = {kind: np.zeros(GRID.shape, np.float32) for kind in SUFFIXES}
    return Case(parameters={"drawn": {}}, volumes={"ed": volumes, "es": volumes})


def test_a_written_case_is_recognised(tmp_path, case) -> None:
    write_case(tmp_path, case, IDENTITY, GRID)
    assert read_identity(tmp_path, 7) == IDENTITY
    assert [path.name for path in tmp_path.iterdir()] == ["sub-007"]
    assert all((tmp_path / path).is_file() for path in entry(7, "es").values())


def test_every_image_says_that_it_is_simulated(tmp_path, case) -> None:
    write_case(tmp_path, case, IDENTITY, GRID)
    for path in entry(7, "ed").values():
        assert nibabel.load(tmp_path / path).header["descrip"] == b"simulated"


@pytest.mark.parametrize("kind", SUFFIXES)
def test_a_case_that_lacks_a_file_is_damaged(tmp_path, case, kind) -> None:
    write_case(tmp_path, case, IDENTITY, GRID)
    assert damaged_files(tmp_path / "sub-007", needed_files(7)) == []
    (tmp_path / entry(7, "es")[kind]).unlink()
    (damaged,) = damaged_files(tmp_path / "sub-007", needed_files(7))
    assert entry(7, "es")[kind] == f"sub-007/{damaged}"


def test_the_full_ct_lies_over_the_images(tmp_path, case) -> None:
    """Its four times finer voxels begin at the same corner of space."""
    write_case(tmp_path, case, IDENTITY, GRID)
    coarse, full = (nibabel.load(tmp_path / entry(7, "ed")[kind]).affine for kind in ("ct", "full_ct"))
    corner = np.array([-0.5, -0.5, -0.5, 1.0])
    np.testing.assert_allclose(full @ corner, coarse @ corner)
    np.testing.assert_allclose(np.diag(coarse)[:3], 4 * np.diag(full)[:3])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"identity": 3}'])
def test_parameters_of_something_else_are_not_recognised(tmp_path, case, content) -> None:
    write_case(tmp_path, case, IDENTITY, GRID)
    (tmp_path / "sub-007" / "sub-007_parameters.json").write_text(content)
    assert read_identity(tmp_path, 7) == {}


def test_what_is_known_of_each_gate_of_a_scan_lies_under_its_number(tmp_path, case) -> None:
    generator = np.random.default_rng(0)
    gates = tuple(
        GateTruth(
            activity_per_second=generator.random(GRID.shape, np.float32),
            regions=torch.from_numpy(generator.integers(7, size=GRID.shape, dtype=np.uint8)),
            scatter_per_second=generator.random((2, 3, 3), np.float32),
        )
        for _ in range(8)
    )
    mu = generator.random(GRID.shape, np.float32)
    case.volumes["ed"]["mu"] = mu
    write_case(tmp_path, replace(case, scan=VirtualScan(list_mode=SCAN, events=EVENTS, gates=gates)), IDENTITY, GRID)
    for number, gate in enumerate(gates, start=1):
        wanted = {
            "activity-per-second": (gate.activity_per_second, GRID.affine),
            "regions": (gate.regions.numpy(), GRID.affine),
            "mu": (mu, GRID.affine),
            "scatter-per-second": (gate.scatter_per_second, np.eye(4)),
        }
        for kind, (values, affine) in wanted.items():
            image = nibabel.load(tmp_path / "sub-007" / "gates" / f"sub-007_gate-{number}_{kind}.nii.gz")
            np.testing.assert_array_equal(np.asanyarray(image.dataobj), values)
            np.testing.assert_allclose(image.affine, affine)
    (events,) = read_events(tmp_path / "sub-007" / "sub-007_listmode.h5")
    np.testing.assert_array_equal(events.ticks, EVENTS.ticks)
    assert len(list((tmp_path / "sub-007" / "gates").iterdir())) == 8 * 4


def test_a_case_that_fails_halfway_leaves_what_was_there(tmp_path, case) -> None:
    write_case(tmp_path, case, IDENTITY, GRID)
    broken = Case(parameters={}, volumes={"ed": case.volumes["ed"], "es": {}})
    with pytest.raises(KeyError):
        write_case(tmp_path, broken, IDENTITY | {"seed": 2}, GRID)
    assert read_identity(tmp_path, 7) == IDENTITY
    assert [path.name for path in tmp_path.iterdir()] == ["sub-007"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, case) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="output_dir must be writable"):
        write_case(tmp_path / "file", case, IDENTITY, GRID)
