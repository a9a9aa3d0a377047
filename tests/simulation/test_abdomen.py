from dataclasses import replace

import numpy as np
import pytest

from custom.scanner.grid import ImageGrid
from custom.simulation.abdomen import abdominal_parts, draw_abdomen
from custom.simulation.painting import Canvas
from custom.simulation.tissues import Tissue
from custom.simulation.waves import random_displacement


@pytest.fixture(scope="module")
def thorax(painted):
    return painted.anatomy.thorax


@pytest.fixture(scope="module")
def detail(thorax):
    return draw_abdomen(thorax, np.random.default_rng(0))


GRID = ImageGrid(shape=(62, 68, 42), spacing_mm=(3.0, 3.0, 3.0))
STILL = random_displacement(np.random.default_rng(0), rms_mm=0.0)


def painted_on(parts, thorax):
    """Tissues below the dome, painted in order, and the voxels' coordinates."""
    middle = thorax.diaphragm.top_mm + np.array([0.0, -10.0, -50.0]) * thorax.body.scale
    grid = replace(GRID, centre_mm=tuple(middle.tolist()))
    tissues = np.zeros(grid.shape, np.uint8)
    Canvas(grid=grid, displacement=STILL).paint(tissues, parts)
    return tissues, np.meshgrid(*[axis.astype(np.float32) for axis in grid.centres_mm()], indexing="ij")


@pytest.mark.parametrize("gas", [0.0, 0.4])
def test_gas_lies_over_the_fluid_in_the_stomach(thorax, detail, gas) -> None:
    quiet = replace(detail, filling=np.ones_like(detail.filling))  # no gas in the bowel
    tissues, points = painted_on(abdominal_parts(thorax, quiet, gas), thorax)
    if gas == 0:
        assert not (tissues == Tissue.GAS).any()
    else:
        lowest_gas = points[1][tissues == Tissue.GAS].min()
        stomach = (tissues == Tissue.STOMACH_CONTENT) & (points[0] < thorax.diaphragm.top_mm[0] - 20)
        assert np.quantile(points[1][stomach], 0.98) < lowest_gas + 3


def test_nothing_abdominal_rises_over_the_dome(thorax, detail) -> None:
    tissues, points = painted_on(abdominal_parts(thorax, detail, 0.3), thorax)
    over = ~thorax.diaphragm.contains(*points)
    assert not tissues[over].any()


def test_the_liver_holds_vessels_and_a_gallbladder(thorax, detail) -> None:
    tissues, _ = painted_on(abdominal_parts(thorax, detail, 0.3), thorax)
    ml = np.bincount(tissues.ravel(), minlength=len(Tissue)) * 27 / 1000
    assert 350 < ml[Tissue.LIVER] < 800
    assert 3 < ml[Tissue.HEPATIC_VESSEL] < 0.08 * ml[Tissue.LIVER]
    assert 3 < ml[Tissue.GALLBLADDER] < 15
    assert ml[Tissue.SPLEEN] > 10


def test_everything_hangs_on_the_dome(thorax, detail) -> None:
    lower = replace(thorax, diaphragm=replace(thorax.diaphragm, top_mm=thorax.diaphragm.top_mm - (0, 0, 9)))
    middles = []
    for one in (thorax, lower):
        tissues, points = painted_on(abdominal_parts(one, detail, 0.3), thorax)
        middles.append([points[2][tissues == t].mean() for t in (Tissue.GALLBLADDER, Tissue.STOMACH_WALL)])
    np.testing.assert_allclose(np.subtract(*middles), 9, atol=2.0)
