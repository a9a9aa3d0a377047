"""Hypothesis strategies: grids, small cameras, label maps, counts."""

from __future__ import annotations

import math
import random

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Collimator, Detector, Pinhole, ResponseModel

N_REGIONS = 6


@st.composite
def grids(draw: st.DrawFn, max_side: int = 7) -> ImageGrid:
    """Small grids of unequal sides and spacings, off centre."""
    sides = st.integers(2, max_side)
    spacings = st.floats(5, 15)
    offsets = st.floats(-10, 10)
    return ImageGrid(
        shape=(draw(sides), draw(sides), draw(sides)),
        spacing_mm=(draw(spacings), draw(spacings), draw(spacings)),
        centre_mm=(draw(offsets), draw(offsets), draw(offsets)),
    )


@st.composite
def pinholes(draw: st.DrawFn, centre_mm: tuple[float, float, float]) -> Pinhole:
    """A pinhole somewhere around a centre that it looks at, roughly."""
    azimuth, elevation = draw(st.floats(-math.pi, math.pi)), draw(st.floats(-0.6, 0.6))
    outward = np.array(
        [math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation)]
    )
    head = np.array([0.0, 0.0, 1.0])
    up = head - outward * outward[2]
    up /= np.linalg.norm(up)
    position = np.asarray(centre_mm) + draw(st.floats(70, 150)) * outward
    return Pinhole(
        position_mm=_triple(position),
        axis=_triple(-outward),
        up=_triple(up),
        aperture_mm=draw(st.floats(2, 8)),
        focal_length_mm=draw(st.floats(30, 70)),
    )


@st.composite
def cameras(draw: st.DrawFn, max_side: int = 7) -> Camera:
    """Cameras of one to three pinholes with a few pixels each, every effect of the response on or off."""
    grid = draw(grids(max_side))
    drawn = draw(st.lists(pinholes(grid.centre_mm), min_size=1, max_size=3))
    state = random.getstate()  # which the type checker uses, and hypothesis wants unused
    camera = _camera(draw, grid, tuple(drawn))
    random.setstate(state)
    return camera


def _camera(draw: st.DrawFn, grid: ImageGrid, drawn: tuple[Pinhole, ...]) -> Camera:
    return Camera(
        name="drawn",
        pinholes=drawn,
        detector=Detector(
            n_rows=draw(st.integers(1, 6)),
            n_columns=draw(st.integers(1, 6)),
            pixel_mm=draw(st.floats(4, 12)),
            thickness_mm=5.0,
            attenuation_per_mm=draw(st.sampled_from([0.4, math.inf])),
            window_fraction=draw(st.floats(0.5, 1)),
            intrinsic_sigma_mm=draw(st.sampled_from([0.0, 1.0])),
        ),
        collimator=Collimator(attenuation_per_mm=draw(st.sampled_from([3.6, math.inf])), opening_angle_deg=84.0),
        grid=grid,
        model=ResponseModel(
            depth_of_interaction=draw(st.booleans()), voxel_samples=draw(st.integers(1, 2)), nearest_mm=30.0
        ),
    )


@st.composite
def images(draw: st.DrawFn, shape: tuple[int, ...]) -> Tensor:
    """Images of emitted photons, float64, with empty regions and a few hot voxels."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    image = torch.rand(shape, generator=generator, dtype=torch.float64)
    return image * (image > draw(st.floats(0, 0.9))) * draw(st.sampled_from([1.0, 1e5]))


@st.composite
def counts(draw: st.DrawFn, shape: tuple[int, ...]) -> Tensor:
    """Poisson counts, float64, from hardly any to many per pixel."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    mean = draw(st.sampled_from([0.1, 3.0, 100.0]))
    return torch.poisson(torch.full(shape, mean, dtype=torch.float64), generator=generator)


@st.composite
def label_maps(draw: st.DrawFn, shape: tuple[int, int, int], n_regions: int = N_REGIONS) -> Tensor:
    """Label maps, uint8, 0 outside and 1 … n_regions; regions may be missing or broken into pieces."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    present = draw(st.lists(st.integers(0, n_regions), min_size=1, max_size=n_regions + 1, unique=True))
    choice = torch.randint(len(present), shape, generator=generator)
    return torch.tensor(present, dtype=torch.uint8)[choice]


def _triple(array: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in array)
    return x, y, z
