import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.evaluation.sections import PLANES, heart_centre, picture_of

RAS = np.diag([4.0, 4.0, 4.0, 1.0])


def test_letters_follow_the_radiological_convention():
    sides = {plane.name: plane.left + plane.right + plane.top + plane.bottom for plane in PLANES}
    assert sides == {"transverse": "RLAP", "coronal": "RLHF", "sagittal": "APHF"}


def test_the_middle_is_that_of_the_left_ventricle_where_regions_are_given():
    regions = np.zeros((20, 20, 20), dtype=int)
    regions[4:9, 5, 6], regions[4:9, 7, 6], regions[19, 19, 19] = 1, 2, 4
    np.testing.assert_allclose(heart_centre(np.ones((20, 20, 20)), RAS, regions), [6, 6, 6])


@settings(deadline=None, max_examples=8)
@given(offset=st.tuples(*[st.integers(-5, 5)] * 3), spacing=st.floats(4, 6))
def test_without_regions_the_middle_is_found_from_activity(offset, spacing):
    """The middle of a hollow wall is found, within two voxels, although rim and spikes are brighter."""
    index = np.indices((40, 40, 40)) * spacing
    place = [(19.5 + step) * spacing for step in offset]
    radius = np.sqrt(sum((axis - x) ** 2 for axis, x in zip(index, place, strict=True)))
    activity = np.where(abs(radius - 25) < 6, 10.0, 0.1)
    activity[0] = 15
    activity[20, :3, 20] = 1e6  # spikes where hardly any pinhole looks
    found = heart_centre(activity, np.diag([spacing] * 3 + [1]))
    assert np.linalg.norm(found * spacing - place) < 2 * spacing


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, -1, 1), (-1, 1, -1)])
def test_a_picture_is_the_same_however_its_volume_is_stored(order, flips):
    """Permute and flip the axes of a volume with its affine: sections stay those of the patient."""
    upright = np.random.default_rng(0).random((7, 8, 9))
    stored = upright.transpose(order)
    affine = np.zeros((4, 4))
    affine[3, 3] = 1
    for axis, source in enumerate(order):
        affine[source, axis] = 4.0 * flips[axis]
        if flips[axis] < 0:
            stored = np.flip(stored, axis)
    regions = np.zeros((7, 8, 9))
    regions[2, 3, 4] = 1
    turned = np.flip(regions.transpose(order), [axis for axis in range(3) if flips[axis] < 0])
    picture = picture_of({"study": stored}, affine, turned)
    assert picture.centre == (2, 3, 4)
    np.testing.assert_array_equal(picture.volumes["study"], upright.astype(np.float32))
    transverse, coronal, sagittal = (picture.section(upright, plane) for plane in PLANES)
    np.testing.assert_array_equal(transverse, upright[:, :, 4].T)
    np.testing.assert_array_equal(coronal, upright[:, 3, :].T)
    np.testing.assert_array_equal(sagittal, upright[2].T)
    np.testing.assert_allclose(picture.positions_mm(0), 4.0 * (np.arange(7) - 2))


@given(factor=st.integers(1, 5), axis=st.sampled_from([0, 1, 2]))
def test_finer_voxels_lie_where_the_coarse_voxel_that_they_cut_lies(factor, axis):
    coarse = picture_of({"a": np.ones((5, 6, 7))}, RAS, None)
    fine = coarse.finer("b", np.ones((5 * factor, 6 * factor, 7 * factor)))
    means = fine.positions_mm(axis).reshape(-1, factor).mean(axis=1)
    np.testing.assert_allclose(means, coarse.positions_mm(axis), atol=1e-9)
    assert abs(fine.positions_mm(axis)[fine.voxel[axis]]) <= fine.spacing_mm[axis] / 2 + 1e-9
