import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from custom.data.ct_geometry import affine_ras, in_order
from custom.errors import BadInput
from tests.ct_files import TRANSVERSE, ct_slice

PIXELS = np.zeros((3, 4))


def slices(n=5, *, orientation=TRANSVERSE, step=3.0, first=(-10.0, -20.0, 30.0), **header):
    normal = np.cross(*np.reshape(orientation, (2, 3)))
    return [
        ct_slice(PIXELS, np.asarray(first) + k * step * normal, orientation=orientation, **header) for k in range(n)
    ]


@st.composite
def orientations(draw):
    """Rows and columns in any two perpendicular directions: all signs, all planes, oblique ones."""
    turns = Rotation.from_euler("xyz", [draw(st.sampled_from([0, 90, 180, 270, 17.0])) for _ in range(3)], degrees=True)
    r, c = turns.as_matrix()[:2] * [[1], [draw(st.sampled_from([1, -1]))]]
    return (*r, *c)


@settings(max_examples=50, deadline=None)
@given(orientation=orientations(), seed=st.integers(0, 99), step=st.sampled_from([3.0, -3.0, 0.6]))
def test_slices_in_any_order_lie_where_their_headers_say(orientation, seed, step):
    """Whatever the order of the files, voxel (column, row, slice) is at the DICOM standard's position, in RAS."""
    made = slices(orientation=orientation, step=step, pixel_spacing=(0.7, 0.9))
    ordered = in_order([made[k] for k in np.random.default_rng(seed).permutation(len(made))])
    assert [id(header) for header in ordered] == [id(header) for header in (made if step > 0 else made[::-1])]
    affine = affine_ras(ordered)
    r, c = np.reshape(orientation, (2, 3))
    for k, header in enumerate(ordered):
        expected = np.asarray(header.ImagePositionPatient, float) + 2 * 0.9 * r + 3 * 0.7 * c
        np.testing.assert_allclose((affine @ [2, 3, k, 1])[:3], expected * [-1, -1, 1], atol=1e-5)


def test_rounded_positions_are_even():
    """As of 0.625 mm written with one digit."""
    made = slices(40, step=0.625)
    for header in made:
        header.ImagePositionPatient = [round(float(place), 1) for place in header.ImagePositionPatient]
    assert len(in_order(made)) == 40


@pytest.mark.parametrize("missing", [1, 10, 18])
def test_a_missing_slice_is_refused_and_its_place_told(missing):
    made = slices(20)
    with pytest.raises(BadInput, match=rf"equal distances, got 3.00 to 6.00 mm, .* at {30 + 3 * (missing - 1)}\.0 mm"):
        in_order(made[:missing] + made[missing + 1 :])


def test_a_tilted_gantry_is_refused():
    made = slices()
    for k, header in enumerate(made):
        header.ImagePositionPatient = [-10, -20 + k * 3 * np.tan(np.radians(10)), 30 + 3 * k]
    with pytest.raises(BadInput, match=r"10\.0 degrees.*gantry"):
        in_order(made)


def test_two_slices_in_one_place_are_refused():
    with pytest.raises(BadInput, match=r"got 5 of 10 at the place of another.*phases"):
        in_order(slices() + slices())


def test_one_slice_is_no_volume():
    with pytest.raises(BadInput, match="several slices, got 1"):
        in_order(slices(1))


@pytest.mark.parametrize(
    ("keyword", "value", "said"),
    [
        ("Rows", 7, r"one Rows, got \[4.0\] and \[7.0\]"),
        ("PixelSpacing", [2, 2.1], "one PixelSpacing"),
        ("ImageOrientationPatient", [0, 1, 0, 1, 0, 0], "one ImageOrientationPatient"),
        ("ImagePositionPatient", None, "needs ImagePositionPatient"),
        ("PixelSpacing", None, "needs PixelSpacing"),
    ],
)
def test_slices_that_differ_or_lack_geometry_are_refused(keyword, value, said):
    made = slices()
    if value is None:
        delattr(made[2], keyword)
    else:
        setattr(made[2], keyword, value)
    with pytest.raises(BadInput, match=said):
        in_order(made)


def test_impossible_directions_and_pixels_are_refused():
    with pytest.raises(BadInput, match="perpendicular"):
        in_order([ct_slice(PIXELS, [0, 0, k], orientation=(1, 0, 0, 0.5, 1, 0)) for k in range(3)])
    with pytest.raises(BadInput, match="pixels have a size"):
        in_order(slices(pixel_spacing=(0.0, 1.0)))
