from dataclasses import replace

import numpy as np
import pytest

from custom.data.ct_on_grid import OnGrid
from custom.data.ct_remarks import lung_hu, remarks, soft_tissue_hu, voltage_of, within_mm
from custom.data.ct_scan import CtScan
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid

GRID = ImageGrid(shape=(40, 40, 40))
SCAN = CtScan(hu=np.zeros((4, 4, 4), np.float32), affine=np.diag([1.0, 1, 3, 1]), kvp=120.0, slice_thickness_mm=3.0)
ALWAYS = "the table and whatever else lay in the CT stay in the μ-map"


def on_grid(soft_hu=45.0, covered=1.0):
    """Lung on one side, soft tissue with some spread on the other."""
    hu = np.random.default_rng(0).normal(soft_hu, 10, GRID.shape)
    hu[:20] = -750
    ones = np.ones(GRID.shape, np.float32)
    return OnGrid(hu=hu.astype(np.float32), mu_per_mm=ones, covered=covered * ones)


def said(scan=SCAN, kvp=120.0, made=None):
    found = remarks(scan, kvp, on_grid() if made is None else made, GRID.affine)
    assert found[-1] == ALWAYS
    return found[:-1]


def test_a_plain_ct_at_120_kvp_leaves_nothing_to_say():
    assert said() == []


@pytest.mark.parametrize(("kvp", "error"), [(80, "+13%"), (100, "+6%"), (140, "-4%")])
def test_another_voltage_is_said_with_what_it_does_to_bone(kvp, error):
    """At 100 kVp bone of 1000 HU would have 887: 0.1538 + 0.1039 against 0.1538 + 0.1039 · 4.43 / 5.10 per cm, 6 %."""
    (remark,) = said(kvp=kvp)
    assert f"{kvp} kVp" in remark
    assert f"about {error} off" in remark


def test_a_voltage_that_nobody_states_is_said():
    (remark,) = said(kvp=None)
    assert "taken as 120 kVp" in remark


def test_contrast_is_found_where_no_header_tells_of_it():
    """350 HU: 12 mg of iodine per ml, 0.159 + 12 · 0.00082 = 0.1688 per cm, where the rule gives 0.1902: 13 %."""
    (remark,) = said(made=on_grid(350.0))
    assert "by 350 HU" in remark
    assert "13% too high" in remark
    (remark,) = said(made=on_grid(100.0))
    assert "by 100 HU" in remark
    assert "2% too high" in remark


def test_contrast_that_the_header_states_is_said_even_where_it_does_not_show():
    (remark,) = said(replace(SCAN, contrast_agent="Iodixanol"))
    assert "by its header (Iodixanol)" in remark
    assert "13% too high at 350 HU" in remark


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slice_thickness_mm": 1.5}, "slices of 1.5 mm stand 3 mm apart: 50% of the body was not measured"),
        ({"states_orientation": False}, "right and left may be swapped"),
        ({"share_above": 0.25}, "16 voxels of the CT exceeded 3071 HU"),
        ({"description": "Simulated CT"}, "this CT is simulated"),
    ],
)
def test_what_the_scan_lacks_is_said(change, words):
    (remark,) = said(replace(SCAN, **change))
    assert words in remark


def test_what_the_ct_does_not_cover_is_said():
    (remark,) = said(made=on_grid(covered=0.75))
    assert remark == "the CT covers 75.0% of the grid; the rest counts as air"


def test_a_breath_that_was_held_is_said():
    made = on_grid()
    made.hu[:20] = -830
    (remark,) = said(made=made)
    assert "lung is at -830 HU" in remark
    made.hu[:20] = -1000
    assert lung_hu(made, GRID.affine) is None


def test_soft_tissue_is_the_median_about_the_middle():
    made = on_grid()
    made.hu[~within_mm(60, GRID.affine, GRID.shape)] = 500
    assert soft_tissue_hu(made, GRID.affine) == pytest.approx(45, abs=1)
    assert soft_tissue_hu(replace(made, hu=made.hu - 2000), GRID.affine) is None


def test_a_ball_is_counted_in_millimetres():
    volume = within_mm(30, np.diag([-2.0, 3, 4, 1]), (40, 40, 40)).sum() * 24
    assert volume == pytest.approx(4 / 3 * np.pi * 30**3, rel=0.02)


def test_the_voltage_is_the_files_or_else_the_users():
    assert voltage_of(SCAN, None) == voltage_of(SCAN, 120) == 120
    assert voltage_of(replace(SCAN, kvp=None), 100) == 100
    assert voltage_of(replace(SCAN, kvp=None), None) is None
    with pytest.raises(BadInput, match="what the CT's files say, 120, got 100"):
        voltage_of(SCAN, 100)
    for told in (12, 120000, "120", True):
        with pytest.raises(BadInput, match="voltage of a CT's tube"):
            voltage_of(SCAN, told)
