import numpy as np
import pytest

from custom.simulation.waves import random_displacement, random_field

AXES = tuple(np.arange(-150.0, 150.0, 6.0) for _ in range(3))


def test_a_field_is_the_sum_of_its_waves() -> None:
    field = random_field(np.random.default_rng(0), sd=0.1)
    point = np.array([12.0, -30.0, 41.0])
    by_hand = (field.amplitudes * np.cos(field.wave_vectors @ point + field.phases)).sum()
    assert field.at(*point[:, None]) == pytest.approx(by_hand, abs=1e-6)


def test_a_displacement_is_the_sum_of_its_waves() -> None:
    field = random_displacement(np.random.default_rng(0), rms_mm=2.0)
    point = np.array([12.0, -30.0, 41.0])
    by_hand = np.cos(field.wave_vectors @ point + field.phases) @ field.amplitudes
    np.testing.assert_allclose(field.at(*point[:, None])[:, 0, 0, 0], by_hand, atol=1e-5)


def test_points_anywhere_have_the_grids_values() -> None:
    point = np.array([[12.0, -30.0, 41.0], [0.0, 7.0, -90.0]])
    generator = np.random.default_rng(1)
    for field in (random_field(generator, sd=0.1), random_displacement(generator, rms_mm=2.0)):
        found = field.at_points(point)
        for n in range(2):
            np.testing.assert_allclose(found[n], field.at(*point[n][:, None])[..., 0, 0, 0], atol=1e-5)


def test_wavelengths_lie_where_asked() -> None:
    field = random_field(np.random.default_rng(0), sd=1.0, shortest_mm=5.0, longest_mm=9.0)
    lengths = 2 * np.pi / np.linalg.norm(field.wave_vectors, axis=1)
    assert lengths.min() >= 5
    assert lengths.max() <= 9


@pytest.mark.parametrize("seed", range(3))
def test_a_field_varies_as_much_as_asked(seed) -> None:
    values = random_field(np.random.default_rng(seed), sd=0.07).at(*AXES)
    assert values.std() == pytest.approx(0.07, rel=0.15)
    assert abs(values.mean()) < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_a_displacement_keeps_volumes(seed) -> None:
    x, y, z = random_displacement(np.random.default_rng(seed), rms_mm=2.0).at(*AXES)
    gradients = [np.gradient(x, 6.0, axis=0), np.gradient(y, 6.0, axis=1), np.gradient(z, 6.0, axis=2)]
    inner = (slice(1, -1),) * 3
    assert np.abs(sum(gradients)[inner]).max() < 0.05 * np.abs(gradients[0][inner]).max() + 0.005
    assert np.sqrt((x**2 + y**2 + z**2).mean()) == pytest.approx(2.0, rel=0.3)
