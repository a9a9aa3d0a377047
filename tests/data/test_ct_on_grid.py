import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from monai.data import MetaTensor

from custom.data.ct_on_grid import AverageOnGridd, Placement, hu_at, means_on_grid
from custom.data.ct_scan import CtScan
from custom.errors import BadInput
from custom.projection.attenuation import mu_per_mm_from_hu
from custom.scanner.grid import ImageGrid

STILL = np.eye(4)


def scan_of(hu, spacing=(1.0, 1.0, 1.0), first=(0.0, 0.0, 0.0)):
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = first
    return CtScan(hu=np.asarray(hu, np.float32), affine=affine)


def positions(affine, shape):
    return np.moveaxis(np.tensordot(affine[:3, :3], np.indices(shape), 1), 0, -1) + affine[:3, 3]


@settings(max_examples=40, deadline=None)
@given(
    gradient=st.tuples(*[st.floats(-3, 3)] * 3),
    shift=st.tuples(*[st.floats(-9, 9)] * 3),
    rotation=st.tuples(*[st.floats(-12, 12)] * 3),
    spacing=st.tuples(*[st.floats(0.7, 6)] * 3),
    mirrored=st.booleans(),
)
def test_a_linear_ramp_keeps_its_values_at_the_voxels_centres(gradient, shift, rotation, spacing, mirrored):
    """However the CT is moved and however finely it was taken: the mean of a linear function is its value there."""
    grid = ImageGrid(shape=(5, 4, 3), centre_mm=(7.0, -3.0, 2.0))
    affine = grid.affine @ np.diag([-1, 1, -1, 1]) if mirrored else grid.affine
    scan = scan_of(np.zeros((30, 30, 30)), spacing, first=-14.5 * np.asarray(spacing))
    scan = scan_of(positions(scan.affine, (30, 30, 30)) @ gradient, spacing, scan.affine[:3, 3])
    centre = (affine @ [2, 1.5, 1, 1])[:3]
    motion = Placement(centre_mm=(0.0, 0.0, 0.0), shift_mm=shift, rotation_deg=rotation).matrix(centre)
    made = means_on_grid(scan, motion, affine, grid.shape)
    back = np.linalg.inv(motion)
    expected = (positions(affine, grid.shape) @ back[:3, :3].T + back[:3, 3]) @ gradient
    inner = scan_of(scan.hu[1:-1, 1:-1, 1:-1], spacing, scan.affine[:3, 3] + spacing)
    whole = means_on_grid(inner, motion, affine, grid.shape).covered == 1
    assume(whole.any())
    np.testing.assert_allclose(made.hu[whole], expected[whole], atol=2e-3)


def test_means_are_those_of_blocks_worked_out_by_hand():
    """Voxels of 2 mm over those of 1 mm: HU and μ are means of eight, and μ is not the μ of the mean."""
    hu = np.full((4, 4, 4), -1000.0)
    hu[:2, :2, :2] = 0
    hu[1, 1, 1] = 1000
    made = means_on_grid(scan_of(hu), STILL, scan_of(hu, (2, 2, 2), (0.5, 0.5, 0.5)).affine, (2, 2, 2))
    assert made.hu[0, 0, 0] == 125
    assert made.mu_per_mm[0, 0, 0] == pytest.approx((7 * 0.01538 + 0.01538 + 0.010386) / 8)
    assert made.hu[1, 1, 1] == -1000
    assert made.mu_per_mm[1, 1, 1] == 0
    assert (made.covered == 1).all()


def test_on_its_own_grid_a_ct_stays_as_it_is():
    """As the CT of a virtual animal: no blur is added."""
    hu = np.random.default_rng(0).uniform(-1000, 1000, (6, 5, 4))
    scan = scan_of(hu, (4, 4, 4), (-8, 3, 1))
    made = means_on_grid(scan, STILL, scan.affine, hu.shape)
    np.testing.assert_allclose(made.hu, scan.hu, atol=1e-3)
    np.testing.assert_allclose(made.mu_per_mm, mu_per_mm_from_hu(torch.from_numpy(scan.hu)), rtol=1e-5, atol=1e-8)


@settings(max_examples=20, deadline=None)
@given(shift=st.tuples(*[st.floats(-2, 2)] * 3), turn=st.floats(-40, 40), spacing=st.sampled_from([0.8, 1.3, 3.0]))
def test_attenuating_mass_is_conserved(shift, turn, spacing):
    """The integral of μ over a ball of water is the same on both grids, wherever it lies between the voxels."""
    n = int(50 / spacing)
    radius = np.linalg.norm(np.indices((n, n, n)).reshape(3, -1) - (n - 1) / 2, axis=0).reshape(n, n, n) * spacing
    hu = 1000 * np.clip((20 - radius) / 6, 0, 1) - 1000  # a ball of water with a soft rim
    scan = scan_of(hu, (spacing,) * 3, (-spacing * (n - 1) / 2,) * 3)
    grid = ImageGrid(shape=(14, 14, 14))
    motion = Placement(shift_mm=shift, rotation_deg=(turn, 0, turn)).matrix(np.zeros(3))
    made = means_on_grid(scan, motion, grid.affine, grid.shape)
    expected = mu_per_mm_from_hu(torch.from_numpy(scan.hu)).sum().item() * spacing**3
    assert made.mu_per_mm.sum() * 64 == pytest.approx(expected, rel=0.01)


def test_where_the_ct_ends_is_air_and_the_share_is_told():
    """Grid voxels of 4 mm, CT voxels of 2 mm whose rims lie at 0 and 12 mm: 2 of 4 mm of the outer voxels."""
    scan = scan_of(np.zeros((6, 6, 6)), (2, 2, 2), (1, 1, 1))
    affine = scan_of(np.zeros(1), (4, 4, 4), (0, 4, 8)).affine
    made = means_on_grid(scan, STILL, affine, (5, 1, 1))
    np.testing.assert_allclose(made.covered[:, 0, 0], [0.5, 1, 1, 0.5, 0])
    np.testing.assert_allclose(made.hu[:, 0, 0], [-500, 0, 0, -500, -1000])
    np.testing.assert_allclose(made.mu_per_mm[:, 0, 0], np.array([0.5, 1, 1, 0.5, 0]) * 0.01538, rtol=1e-6)


def test_a_shift_moves_the_ct_and_not_the_grid():
    hu = np.full((9, 9, 9), -1000.0)
    hu[4, 4, 4] = 0
    scan = scan_of(hu, (4, 4, 4))
    motion = Placement(shift_mm=(4.0, -8.0, 12.0)).matrix(np.array([16.0, 16, 16]))
    made = means_on_grid(scan, motion, scan.affine, hu.shape)
    assert np.unravel_index(made.hu.argmax(), hu.shape) == (5, 2, 7)


def test_rotations_go_by_the_right_hand_about_the_middle():
    """A quarter turn about the axis to the head takes right to anterior."""
    motion = Placement(rotation_deg=(0, 0, 90)).matrix(np.array([10.0, 20, 30]))
    np.testing.assert_allclose(motion @ [15, 20, 30, 1], [10, 25, 30, 1], atol=1e-12)


def test_a_centre_lies_in_the_middle_of_the_grid():
    motion = Placement(centre_mm=(-50.0, 200.0, -120.0), rotation_deg=(5, 6, 7)).matrix(np.array([1.0, 2, 3]))
    np.testing.assert_allclose(motion @ [-50, 200, -120, 1], [1, 2, 3, 1], atol=1e-12)


def test_points_are_interpolated_and_air_beyond():
    scan = scan_of(np.arange(27.0).reshape(3, 3, 3))
    points = np.array([[[0, 0, 0], [1, 1, 1.5], [9, 9, 9]]], float)
    np.testing.assert_allclose(hu_at(scan, STILL, points), [[0, 13.5, -1000]])


@pytest.mark.parametrize("value", [[1, 2], "1,2,3", 5, [1, 2, float("nan")], [True, 1, 2], [1, 2, "3"]])
@pytest.mark.parametrize("name", ["centre_mm", "shift_mm", "rotation_deg"])
def test_what_is_no_place_is_refused(name, value):
    with pytest.raises(BadInput, match=f"{name} must be three finite numbers"):
        Placement(**{name: value})


def test_a_checkerboard_finer_than_the_image_averages_out():
    """1 mm voxels of −200 and 600 HU: 200 in every voxel of 4 mm, whose middles lie between; air outside."""
    hu = np.where(np.indices((24, 24, 24)).sum(axis=0) % 2, 600.0, -200.0).astype(np.float32)
    ct = MetaTensor(torch.from_numpy(hu)[None], affine=torch.eye(4, dtype=torch.float64))
    affine = torch.diag(torch.tensor([4.0, 4.0, 4.0, 1.0], dtype=torch.float64))
    affine[:3, 3] = 1.5
    study = AverageOnGridd("ct")({"image": MetaTensor(torch.zeros(1, 8, 6, 6), affine=affine), "ct": ct})
    assert study["ct"].shape == (1, 8, 6, 6)
    torch.testing.assert_close(study["ct"].affine, affine)
    assert np.allclose(study["ct"][0, :6].numpy(), 200)
    assert np.allclose(study["ct"][0, 6:].numpy(), -1000)


def test_a_ct_on_the_image_s_own_grid_stays_as_it_is():
    hu = torch.from_numpy(np.random.default_rng(0).normal(0, 300, (1, 5, 6, 7)).astype(np.float32))
    affine = torch.diag(torch.tensor([-4.0, -4.0, 4.0, 1.0], dtype=torch.float64))
    study = {"image": MetaTensor(torch.zeros(1, 5, 6, 7), affine=affine), "ct": MetaTensor(hu, affine=affine)}
    torch.testing.assert_close(AverageOnGridd("ct")(study)["ct"].as_tensor(), hu, rtol=1e-6, atol=1e-3)
