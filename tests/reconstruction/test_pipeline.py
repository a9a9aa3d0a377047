"""Studies on their way through reconstruction and correction."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from custom.errors import BadInput
from custom.reconstruction.iterative_yang import iterative_yang
from custom.reconstruction.mlem import log_likelihood, mlem
from custom.reconstruction.pipeline import Pipeline, Record, check_heart_is_seen
from custom.reconstruction.study import Study


@pytest.fixture(scope="module")
def pipeline(tiny_camera):
    return Pipeline(
        camera=tiny_camera,
        reconstruct=partial(mlem, n_iterations=5),
        correct=partial(iterative_yang, n_iterations=2, n_mlem_iterations=5),
    )


@pytest.fixture
def study(tiny_camera, tiny_regions):
    return Study(counts=torch.ones(tiny_camera.counts_shape), regions=tiny_regions)


def studies_of(camera, regions, *, with_maps=True):
    generator = torch.Generator().manual_seed(0)
    return [
        Study(
            counts=torch.poisson(torch.full(camera.counts_shape, level), generator=generator),
            regions=regions,
            mu_per_mm=torch.full(camera.grid.shape, mu) if with_maps else None,
            background=torch.full(camera.counts_shape, level / 5) if with_maps else None,
        )
        for level, mu in ((20.0, 0.0), (50.0, 0.0154), (90.0, 0.008))
    ]


@pytest.mark.parametrize("with_maps", [True, False])
def test_studies_together_come_out_as_alone(pipeline, tiny_camera, tiny_regions, with_maps):
    studies = studies_of(tiny_camera, tiny_regions, with_maps=with_maps)
    transmissions = [pipeline.transmission(study) for study in studies]
    camera = pipeline.projector()
    together = pipeline(
        studies, camera.with_transmission(torch.stack(transmissions) if with_maps else None), progress=False
    )
    for study, transmission, result in zip(studies, transmissions, together, strict=True):
        projector = camera.with_transmission(transmission)
        (alone,) = pipeline([study], projector, progress=False)
        torch.testing.assert_close(result.uncorrected, alone.uncorrected, rtol=1e-4, atol=0)
        torch.testing.assert_close(result.corrected, alone.corrected, rtol=1e-4, atol=0)
        assert torch.equal(result.seen, alone.seen)
        assert result.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-6)
        assert [len(means) for means in result.template_means] == [7, 7]
        offset = torch.zeros(1, *tiny_camera.counts_shape) if study.background is None else study.background[None]
        image = mlem(projector, study.counts[None], background=offset, n_iterations=5)
        last = log_likelihood(projector.forward(image) + offset, study.counts[None])
        assert alone.log_likelihood[-1] == pytest.approx(float(last))


def test_results_are_nought_where_the_camera_does_not_see(pipeline, tiny_camera, tiny_regions):
    studies = studies_of(tiny_camera, tiny_regions)
    projector = pipeline.projector().with_transmission(torch.stack([pipeline.transmission(study) for study in studies]))
    for result in pipeline(studies, projector, progress=False):
        assert not result.uncorrected[~result.seen].any()
        assert not result.corrected[~result.seen].any()
        assert (result.uncorrected[result.seen] > 0).all()


def test_a_heart_in_view_passes(study, tiny_camera):
    check_heart_is_seen(study, torch.ones(tiny_camera.grid.shape, dtype=torch.bool))


@pytest.mark.parametrize(("label", "name"), [(1, "myocardium"), (2, "left ventricular blood")])
def test_a_heart_out_of_view_is_refused(label, name, study, tiny_camera):
    seen = torch.ones(tiny_camera.grid.shape, dtype=torch.bool)
    places = (study.regions == label).nonzero()
    seen[*places[: len(places) // 2].T] = False
    with pytest.raises(BadInput, match=f"must see at least 90% of the {name}, got 50%"):
        check_heart_is_seen(study, seen)


def test_a_record_keeps_what_each_iteration_says_of_each_study():
    record = Record()
    assert record(1, torch.zeros(2), torch.tensor([2.5, 3.5])) is None
    record(2, torch.zeros(2), torch.tensor([4.5, 5.5]))
    assert record.of(0) == [2.5, 4.5]
    assert record.of(1) == [3.5, 5.5]
