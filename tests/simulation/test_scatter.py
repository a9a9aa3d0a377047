import json

import numpy as np
import pytest
import torch

from custom.projection.attenuation import WATER_PER_MM
from custom.simulation.scatter import (
    KERNEL_WEIGHTS,
    SPREADS,
    estimated_scatter,
    expected_scatter,
    scatter_kernel,
    scatter_to_primary,
)


def test_the_kernel_keeps_its_counts_and_widens() -> None:
    assert sum(KERNEL_WEIGHTS) == pytest.approx(1, abs=1e-3)
    point = np.zeros((1, 81, 81))
    point[0, 40, 40] = 1
    row = np.arange(81) - 40
    spreads = [scatter_kernel(point, length, 2.46) for length in (10.0, 30.0)]
    assert [spread.sum() for spread in spreads] == pytest.approx([1, 1], abs=2e-3)
    widths = [np.sqrt((spread[0].sum(axis=1) * row**2).sum()) for spread in spreads]
    assert widths[1] == pytest.approx(3 * widths[0], rel=0.02)


def test_scatter_grows_with_depth() -> None:
    ratios = scatter_to_primary(torch.tensor([0.0, 0.5, 1.5]))
    assert ratios[0] == 0
    assert ratios[2] > 3 * ratios[1]


def test_shares_of_the_kernels_leave_nothing_out(laboratory) -> None:
    """Wherever a voxel lies, the primaries behind its scatter are weighted T · s/p in total."""
    projector = laboratory.reconstruction
    transmission = torch.full((4, *laboratory.grid.shape), 0.4)
    emission = torch.zeros(laboratory.grid.shape)
    emission[14, 14, 9] = 1e6
    scatter = expected_scatter(projector, transmission, emission)
    ratio = float(scatter_to_primary(-torch.log(torch.tensor(0.4))))
    primary = projector.with_transmission(transmission).forward(emission).double().numpy()
    lost_at_edges = 0.2
    assert ratio * primary.sum() * (1 - lost_at_edges) < scatter.sum() <= ratio * primary.sum() * 1.001
    assert tuple(sorted(SPREADS)) == SPREADS


def test_no_scatter_where_nothing_attenuates(laboratory) -> None:
    emission = torch.ones(laboratory.grid.shape)
    assert not expected_scatter(laboratory.reconstruction, torch.ones(4, *laboratory.grid.shape), emission).any()


def test_the_estimate_is_the_scatter_but_for_noise_and_scale() -> None:
    scatter = np.full((40, 32, 32), 7.0)
    estimate = estimated_scatter(scatter, np.random.default_rng(0), window_ratio=0.7, calibration=1.1)
    assert estimate.mean() == pytest.approx(7.7, rel=0.01)
    assert 0.02 < estimate.std() / estimate.mean() < 0.2
    assert (estimate >= 0).all()


def test_the_model_agrees_with_photon_transport(reference_dir) -> None:
    """Scatter over primaries within 2 %, its radial profile within 0.015, for every source in water that lies there."""
    files = sorted((reference_dir / "montecarlo").glob("water_*.npz"))
    on_axis = [file for file in files if json.loads(str(np.load(file)["meta"]))["source_mm"][:2] == [0, 0]]
    assert on_axis, f"no source in water on the axis in {reference_dir}"
    for file in on_axis:
        with np.load(file) as content:
            meta, images, totals = json.loads(str(content["meta"])), content["pix48_centroid"], content["totals"]
        height = meta["source_mm"][2]
        depth, distance = 100.0 - height, meta["pinhole_plane_z_mm"] - height
        by_water_class = totals.sum(axis=0)[:, meta["quantities"].index("win_centroid_slab")]
        modelled = float(scatter_to_primary(torch.tensor(WATER_PER_MM * depth)))
        assert modelled == pytest.approx(by_water_class[1:].sum() / by_water_class[0], rel=0.02), file.name
        length = meta["front_face_behind_pinhole_mm"] * depth / distance
        primary, scatter = images[0].astype(float), images[1:].sum(axis=0, dtype=float)
        spread = scatter_kernel(primary / primary.sum(), length, 2.46)
        position = (np.arange(48) - 23.5) * 2.46
        radius = np.hypot(position[:, None], position)
        for limit in (5, 9, 15, 20, 30, 39):
            within = scatter[radius < limit].sum() / scatter.sum()
            assert spread[radius < limit].sum() == pytest.approx(within, abs=0.015), (file.name, limit)
