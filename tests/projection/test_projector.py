from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.projection.attenuation import transmission
from custom.projection.projector import MatrixProjector, Projector
from custom.projection.system_matrix import assemble
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Collimator, Detector, Pinhole, ResponseModel
from tests import laws, strategies

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))]
DTYPES = [torch.float32, torch.float64]


@pytest.fixture(scope="module")
def water(tiny_camera):
    grid = tiny_camera.grid
    return transmission(torch.full(grid.shape, 0.01538), grid, tiny_camera, grid)


@pytest.fixture(scope="module")
def projector(tiny_matrix):
    return MatrixProjector(tiny_matrix, dtype=torch.float64)


def random(*shape, seed=0, dtype=torch.float64):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


# laws


@settings(deadline=None, max_examples=40)
@given(st.data(), st.sampled_from(DTYPES), st.sampled_from(["air", "water", "one map per study"]))
def test_laws_for_any_camera(data, dtype, medium):
    camera = data.draw(strategies.cameras(max_side=5))
    projector = MatrixProjector(assemble(camera, camera.grid, progress=False), dtype=dtype)
    batch = (
        data.draw(st.sampled_from([(1,), (2,), (4,), (8,), (9,)]))
        if medium == "one map per study"
        else data.draw(st.sampled_from([(), (1,), (3,), (2, 1), (9,)]))
    )
    if medium != "air":
        shape = (*batch[: medium == "one map per study"], len(camera.pinholes), *camera.grid.shape)
        projector = projector.with_transmission(random(*shape))
    first, second = (data.draw(strategies.images((*batch, *camera.grid.shape))).to(dtype) for _ in range(2))
    counts = data.draw(strategies.counts((*batch, *camera.counts_shape))).to(dtype)
    laws.assert_adjoint(projector, first, counts)
    laws.assert_linear(projector, first, second)
    laws.assert_positive(projector, first)
    laws.assert_conserves(projector, first)
    laws.assert_gradient_is_adjoint(projector, first, counts)
    laws.assert_update_is_its_parts(projector, first, counts)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_laws_on_every_device(tiny_matrix, water, device, dtype):
    eight = torch.stack([water**power for power in range(8)])
    for factor, batch in ((None, ()), (water, (2,)), (eight[:2], (2,)), (water, (9,)), (eight, (8,))):
        projector = MatrixProjector(tiny_matrix, transmission=factor, device=device, dtype=dtype)
        image = random(*batch, *projector.image_shape).to(device, dtype)
        counts = random(*batch, *projector.counts_shape, seed=1).to(device, dtype)
        laws.assert_adjoint(projector, image, counts)
        laws.assert_linear(projector, image, image.flip(-1))
        laws.assert_positive(projector, image)
        laws.assert_conserves(projector, image)
        laws.assert_gradient_is_adjoint(projector, image, counts)
        laws.assert_update_is_its_parts(projector, image, counts)


def test_a_batch_is_projected_as_its_images_one_by_one(projector, water):
    images = random(3, *projector.image_shape)
    laws.assert_batch_is_loop(projector, images)
    laws.assert_batch_is_loop(projector.with_transmission(water), images)


def test_one_map_per_study_is_each_study_with_its_own_map(projector, water):
    maps = torch.stack([water, water**2])
    together = projector.with_transmission(maps)
    images, counts = random(2, *projector.image_shape), random(2, *projector.counts_shape)
    for number in range(2):
        alone = projector.with_transmission(maps[number])
        torch.testing.assert_close(together.forward(images)[number], alone.forward(images[number]))
        torch.testing.assert_close(together.adjoint(counts)[number], alone.adjoint(counts[number]))
        torch.testing.assert_close(together.sensitivity[number], alone.sensitivity)


def test_gradcheck(projector, water):
    attenuated = projector.with_transmission(water)
    image = random(*projector.image_shape).requires_grad_()
    counts = random(*projector.counts_shape).requires_grad_()
    for map_, tensor in ((attenuated.forward, image), (attenuated.adjoint, counts)):
        assert torch.autograd.gradcheck(map_, tensor, fast_mode=True)
        assert torch.autograd.gradgradcheck(map_, tensor, fast_mode=True)


# truths by hand


def test_a_two_by_two_image_through_one_pinhole():
    """Four voxels before a pinhole so small that each fills one pixel; the image stands on its head."""
    pinhole = Pinhole(
        position_mm=(0.0, 100.0, 0.0), axis=(0.0, -1.0, 0.0), up=(0.0, 0.0, 1.0), aperture_mm=1.0, focal_length_mm=50.0
    )
    camera = Camera(
        name="two by two",
        pinholes=(pinhole,),
        detector=Detector(
            n_rows=2, n_columns=2, pixel_mm=10.0, thickness_mm=5.0, attenuation_per_mm=math.inf, window_fraction=0.5
        ),
        collimator=Collimator(attenuation_per_mm=math.inf, opening_angle_deg=90.0),
        grid=ImageGrid(shape=(2, 1, 2), spacing_mm=(20.0, 1.0, 20.0)),
        model=ResponseModel(voxel_samples=1),
    )
    projector = MatrixProjector(assemble(camera, camera.grid, progress=False), dtype=torch.float64)
    image = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]], dtype=torch.float64)  # x to the right, z towards the head
    cosine = 100 / math.sqrt(100**2 + 10**2 + 10**2)
    each = 0.5 * 1.0**2 * cosine**3 / (16 * 100**2)
    expected = each * np.array([[[4.0, 2.0], [3.0, 1.0]]])  # rows from foot to head, columns from left to right
    np.testing.assert_allclose(projector.forward(image), expected, rtol=1e-6)
    np.testing.assert_allclose(projector.sensitivity, np.full((2, 1, 2), each), rtol=1e-6)


def test_voxels_that_no_pinhole_sees_have_sensitivity_nought(tiny_camera, projector):
    axes = np.meshgrid(*tiny_camera.grid.centres_mm(), indexing="ij")
    centres = np.stack([axis.ravel() for axis in axes])
    detector = tiny_camera.detector
    in_view = np.zeros(centres.shape[1], dtype=bool)  # the voxel's centre is imaged onto the module
    near = np.zeros_like(in_view)  # or so near to it that its volume and the spot's width may reach the module
    for pinhole in tiny_camera.pinholes:
        column, row, h = pinhole.frame @ (centres - np.array(pinhole.position_mm)[:, None])
        outside = [
            np.abs(at) * pinhole.focal_length_mm / h - n * detector.pixel_mm / 2
            for at, n in ((column, detector.n_columns), (row, detector.n_rows))
        ]
        in_view |= (h > 40) & (np.max(outside, axis=0) < 0)
        near |= (h > 20) & (np.max(outside, axis=0) < 20)
    sensitivity = projector.sensitivity.reshape(-1).numpy()
    assert (sensitivity[in_view] > 0).all()
    assert (sensitivity[~near] == 0).all()
    assert (sensitivity == 0).sum() > 0


def test_a_pinhole_turned_away_sees_nothing_at_all(tiny_camera):
    pinhole = tiny_camera.pinholes[0]
    away = dataclasses.replace(pinhole, axis=tuple(-value for value in pinhole.axis))
    camera = dataclasses.replace(tiny_camera, pinholes=(away,))
    projector = MatrixProjector(assemble(camera, camera.grid, progress=False))
    assert (projector.sensitivity == 0).all()
    assert (projector.forward(torch.ones(projector.image_shape)) == 0).all()


# behaviour


LEADING = [
    ((2,), (2,), (), ()),
    ((), (3,), (), (3,)),
    ((9,), (9,), (9,), ()),
    ((1,), (2,), (1,), (2,)),
    ((), (), (2,), ()),
    ((2, 2), (2, 2), (2,), ()),
    ((0,), (0,), (), ()),
]


@pytest.mark.parametrize(("image", "counts", "background", "weight"), LEADING)
def test_an_update_broadcasts_leading_axes(tiny_matrix, projector, image, counts, background, weight):
    given = [
        random(*image, *projector.image_shape),
        random(*counts, *projector.counts_shape, seed=1),
        random(*background, *projector.counts_shape, seed=2),
        random(*weight, *projector.image_shape, seed=3),
    ]
    single = MatrixProjector(tiny_matrix).update(*(tensor.float() for tensor in given))
    for ours, exact in zip(single, Projector.update(projector, *given), strict=True):
        leading = torch.broadcast_shapes(image, counts, background, weight)
        torch.testing.assert_close(ours.double(), exact.expand(*leading, *exact.shape[-3:]), rtol=2e-5, atol=0)


def test_torchs_default_type_changes_nothing(tiny_matrix):
    projector, image = MatrixProjector(tiny_matrix), random(2, 10, 9, 8, dtype=torch.float32)
    before = projector.forward(image)
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.equal(projector.forward(image), before)
    finally:
        torch.set_default_dtype(torch.float32)


def test_single_precision_is_double_precision_rounded(tiny_matrix, projector, water):
    image = random(*projector.image_shape)
    single = MatrixProjector(tiny_matrix, transmission=water)
    counts = projector.with_transmission(water).forward(image)
    torch.testing.assert_close(single.forward(image.float()).double(), counts, rtol=1e-5, atol=0)


def test_the_same_input_gives_the_same_bits(tiny_matrix, water):
    image, counts = random(10, 9, 8, dtype=torch.float32), random(3, 6, 5, dtype=torch.float32)
    first, second = (MatrixProjector(tiny_matrix, transmission=water) for _ in range(2))
    assert torch.equal(first.forward(image), second.forward(image))
    assert torch.equal(first.adjoint(counts), second.adjoint(counts))


def test_with_transmission_leaves_the_first_projector_as_it_was(projector, water):
    image = random(*projector.image_shape)
    before, sensitivity = projector.forward(image), projector.sensitivity
    attenuated = projector.with_transmission(water)
    assert attenuated.forward(image).sum() < before.sum()
    assert (attenuated.sensitivity <= sensitivity).all()
    assert torch.equal(projector.forward(image), before)
    assert torch.equal(attenuated.with_transmission(None).forward(image), before)


def test_another_device_gets_matrix_and_transmission(projector, water):
    attenuated = projector.with_transmission(water)
    image = random(*projector.image_shape)
    assert torch.equal(attenuated.to("cpu").forward(image), attenuated.forward(image))
    meta = attenuated.to(torch.device("cpu"))
    assert (meta.device, meta.dtype) == (torch.device("cpu"), torch.float64)


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        (torch.ones(10, 9, 7, dtype=torch.float64), "another camera"),
        (torch.ones(10, 9, 8), "convert it first"),
        (torch.ones(10, 9, 8, dtype=torch.float64, device="meta"), "convert it first"),
    ],
)
def test_an_image_that_does_not_fit_is_refused(projector, image, rule):
    with pytest.raises(ValueError, match=rule):
        projector.forward(image)


def test_counts_that_do_not_fit_are_refused(projector):
    with pytest.raises(ValueError, match="another camera"):
        projector.adjoint(torch.ones(3, 5, 6, dtype=torch.float64))


def test_studies_and_their_maps_must_be_as_many(projector, water):
    two = projector.with_transmission(torch.stack([water, water]))
    for batch in ((), (3,), (2, 1)):
        with pytest.raises(ValueError, match="one study for each of 2"):
            two.forward(torch.ones(*batch, *projector.image_shape, dtype=torch.float64))
