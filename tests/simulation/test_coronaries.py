import numpy as np
import pytest

from custom.simulation.coronaries import ABOVE_WALL_MM, coronary_arteries, find_grooves, groove_fat
from custom.simulation.heart import grown


@pytest.fixture(scope="module", params=["ed", "es"])
def heart(request, painted):
    beating, volume = painted.anatomy.beating, painted.volumes_ml[request.param]
    right = grown(beating.right_cavity(volume), beating.right_wall_mm(volume))
    return beating.left_outer(volume), right, find_grooves(beating, volume, right)


def test_the_grooves_lie_on_both_ventricles(heart) -> None:
    left, right, grooves = heart
    for points in (grooves.anterior, grooves.posterior):
        local = (points - left.centre_mm) @ left.axes.T
        expected = left.semi_axes_mm[1] * np.sqrt(1 - (local[:, 0] / left.semi_axes_mm[0]) ** 2) + ABOVE_WALL_MM
        np.testing.assert_allclose(np.hypot(local[:, 1], local[:, 2]), expected)
        assert not right.contains(*points.T).any()
        near = grown(right, 6.0).contains(*points.T)
        assert near[:5].all()


def test_the_anterior_groove_lies_before_the_posterior_one(heart) -> None:
    left, _, grooves = heart
    inferior = lambda points: (points - left.centre_mm) @ left.axes[2]  # noqa: E731
    assert inferior(grooves.anterior).max() < 0 < inferior(grooves.posterior).min()


def test_the_circumflex_goes_around_the_free_wall_from_groove_to_groove(heart) -> None:
    left, _, grooves = heart
    np.testing.assert_allclose(grooves.left[0], grooves.anterior[0])
    np.testing.assert_allclose(grooves.left[-1], grooves.posterior[0], atol=1e-6)
    assert ((grooves.left - left.centre_mm) @ left.axes[1]).min() < -0.8 * left.semi_axes_mm[1]


def test_arteries_taper_and_lie_in_fat_outside_the_muscle(heart) -> None:
    left, _, grooves = heart
    fat = groove_fat(grooves, 1.0)
    for piece in coronary_arteries(grooves, 1.0):
        assert piece.start_radius_mm >= piece.end_radius_mm - 1e-9
        assert not left.contains(*piece.start_mm[:, None]).any()
    for piece in coronary_arteries(grooves, 1.0)[:6]:
        assert any(solid.contains(*piece.end_mm[:, None]).all() for solid in fat)
