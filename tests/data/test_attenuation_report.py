import hashlib
import json

import numpy as np
import pytest

from custom.data.attenuation_map import attenuation_map
from custom.data.attenuation_report import report, summary
from custom.data.ct_on_grid import Placement
from custom.scanner.grid import ImageGrid
from tests.ct_files import body, write_series
from tests.nm_files import heart, write_nifti

GRID = ImageGrid(shape=(40, 40, 40))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    affine = np.array([[4.0, 0, 0, -78], [0, 4, 0, -78], [0, 0, 4, -78], [0, 0, 0, 1]])
    study = write_nifti(folder / "study.nii.gz", heart((40, 40, 40)), affine)
    ct = write_series(folder / "ct", body(), ContrastBolusAgent="Iodixanol")
    made = attenuation_map(ct=ct, study=study, grid=GRID, placement=Placement(shift_mm=(0.0, 4.0, 0.0)))
    return study, made, report(made, study=study, software="name 1.0")


def test_it_tells_how_the_map_was_made(written):
    study, made, content = written
    assert json.loads(json.dumps(content, allow_nan=False)).keys() == content.keys()
    assert content["software"] == "name 1.0"
    assert content["ct"] | {"kvp": 120.0, "contrast_agent_stated": "Iodixanol", "series": "chest"} == content["ct"]
    assert content["ct"]["spacing_mm"] == [2, 2, 3]
    assert content["study"] == {"sha256": hashlib.sha256(study.read_bytes()).hexdigest()}
    assert content["placement"]["shift_mm"] == (0.0, 4.0, 0.0)
    assert content["placement"]["matrix_from_ct_to_grid"][1] == [0, 1, 0, 4]
    assert content["warnings"] == made.warnings


def test_means_are_of_the_map(written):
    _, made, content = written
    mu = 10 * made.on_grid.mu_per_mm
    assert content["mean_mu_per_cm"]["body"] == pytest.approx(mu[mu > 0.005].mean(), rel=1e-5)
    assert content["mean_mu_per_cm"]["about_the_middle"] == pytest.approx(0.1538 + 1.0386e-4 * 45, abs=0.01)
    assert content["covered_share"]["grid"] == pytest.approx(made.on_grid.covered.mean())
    assert content["soft_tissue_about_the_middle_hu"] == pytest.approx(45, abs=1)
    assert content["lung_hu"] == pytest.approx(-750, abs=1)


def test_nobody_is_named(written):
    text = json.dumps(written[2])
    assert not [name for name in ("Somebody", "S-1", "study.nii.gz", "1.2.3") if name in text]


def test_one_line_says_the_most(written):
    content = written[2]
    assert summary(content).startswith(f"mean μ {content['mean_mu_per_cm']['body']:.3f} per cm in the body, 0.15")
    content = content | {"mean_mu_per_cm": {"body": None, "about_the_middle": 0.0}}
    assert summary(content).startswith("mean μ undefined per cm in the body, 0.000 about")
