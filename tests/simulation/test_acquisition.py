import numpy as np
import pytest
import torch

from custom.projection.attenuation import transmission
from custom.simulation.acquisition import Rates, acquire, expected_rates, mean_rates, refined_transmission

SECONDS = 20.0


@pytest.fixture(scope="module")
def emission(laboratory):
    photons = np.zeros(laboratory.emission.matrix.grid.shape, np.float32)
    photons[20:36, 22:34, 12:24] = 2e4 / SECONDS
    return photons


@pytest.fixture(scope="module")
def soft_tissue(laboratory):
    hu = np.full(laboratory.grid.shape, -1000.0, np.float32)
    hu[5:23, 4:22, :] = 40.0
    return hu


@pytest.fixture(scope="module")
def rates(laboratory, emission, soft_tissue):
    return expected_rates(laboratory, emission, soft_tissue)


@pytest.fixture(scope="module")
def acquisition(rates, animal):
    return acquire(rates, animal.scan, SECONDS, np.random.default_rng(0))


def test_data_are_made_on_a_grid_twice_as_fine_as_they_are_reconstructed_on(laboratory) -> None:
    fine, coarse = laboratory.emission.matrix.grid, laboratory.reconstruction.matrix.grid
    assert fine.shape == tuple(2 * n for n in coarse.shape)
    assert fine.voxel_volume_mm3 * 8 == pytest.approx(coarse.voxel_volume_mm3)
    assert laboratory.anatomy_grid.shape == tuple(4 * n for n in coarse.shape)


def test_counts_are_whole_and_scatter_as_expected(acquisition) -> None:
    expected = acquisition.expected_primary + acquisition.expected_scatter
    counts = acquisition.counts.double().numpy()
    assert (counts == counts.round()).all()
    assert counts.sum() == pytest.approx(expected.sum(), abs=5 * np.sqrt(expected.sum()))
    bright = expected > 5
    deviations = (counts - expected)[bright] / np.sqrt(expected[bright])
    assert deviations.std() == pytest.approx(1, abs=0.15)
    assert abs(deviations.mean()) < 0.2


def test_body_attenuates_and_scatters(laboratory, emission, rates) -> None:
    air = np.full(laboratory.grid.shape, -1000.0, np.float32)
    free = expected_rates(laboratory, emission, air)
    assert 0.1 < rates.primary.sum() / free.primary.sum() < 0.6
    assert not free.scatter.any()
    assert 0.1 < rates.scatter.sum() / rates.primary.sum() < 0.7


def test_longer_scans_expect_more_counts(rates, animal, acquisition) -> None:
    longer = acquire(rates, animal.scan, 3 * SECONDS, np.random.default_rng(0))
    np.testing.assert_allclose(longer.expected_primary, 3 * acquisition.expected_primary)


def test_the_mean_of_rates_worked_out_by_hand() -> None:
    first, second = (Rates(primary=np.array([a]), scatter=np.array([b])) for a, b in ((4.0, 1.0), (8.0, 3.0)))
    mean = mean_rates([(0.25, first), (0.75, second)])
    assert (mean.primary[0], mean.scatter[0]) == (7.0, 2.5)


def test_the_estimate_errs_by_its_calibration(acquisition, animal) -> None:
    ratio = float(acquisition.scatter_estimate.double().sum()) / acquisition.expected_scatter.sum()
    assert ratio == pytest.approx(animal.scan.scatter_calibration, rel=0.1)


def test_interpolated_transmission_is_the_one_traced_on_the_fine_grid(laboratory) -> None:
    grid = laboratory.grid
    x, y, z = (torch.from_numpy(axis).float() for axis in grid.centres_mm())
    square = (x[:, None, None] / 90) ** 2 + (y[None, :, None] / 100) ** 2 + (z / 400) ** 2
    mu = 0.0154 * torch.sigmoid((1 - square) * 8)
    traced = transmission(mu, grid, laboratory.camera, laboratory.emission.matrix.grid)
    inside = (slice(None), *(slice(8, n - 8) for n in laboratory.emission.matrix.grid.shape))
    interpolated = refined_transmission(transmission(mu, grid, laboratory.camera, grid))
    assert float((interpolated / traced)[inside].sub(1).abs().mean()) < 0.005
    assert float(interpolated.max()) <= 1
