"""What ours is timed beside multiplies with the same matrix, and the table is printed whole."""

from __future__ import annotations

import argparse

import pytest
import torch

from benchmarks.contenders import CsrPair, csr_of
from benchmarks.projection import ALIKE, ONE, OWN, PAIR, SCIPY, print_on_cpu
from benchmarks.virtual_studies import virtual_studies, water_transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import SystemMatrix, assemble
from custom.scanner.camera import load_camera


@pytest.fixture(scope="module")
def matrix(repository) -> SystemMatrix:
    camera = load_camera(repository / "tests" / "tiny_camera.yaml")
    return assemble(camera, camera.grid, progress=False)


@pytest.mark.parametrize("n_images", [1, 8])
def test_torchs_pair_gives_what_ours_gives(matrix, n_images) -> None:
    through = water_transmission(matrix.camera)
    ours, pair = MatrixProjector(matrix, transmission=through), CsrPair(csr_of(matrix, through))
    images, counts = torch.rand(n_images, *ours.image_shape), torch.rand(n_images, *ours.counts_shape)
    projected, back_projected = pair.project(images.flatten(1).T), pair.back_project(counts.flatten(1).T)
    torch.testing.assert_close(projected.T.reshape(counts.shape), ours.forward(images), rtol=1e-4, atol=1e-8)
    torch.testing.assert_close(back_projected.T.reshape(images.shape), ours.adjoint(counts), rtol=1e-4, atol=1e-8)


def test_a_virtual_study_can_be_corrected(matrix) -> None:
    studies = virtual_studies(MatrixProjector(matrix), 2)
    corrected = studies.corrected(n_templates=1, n_mlem_iterations=2)
    assert corrected.shape == (2, *matrix.grid.shape)
    assert (corrected[:, studies.regions > 0] > 0).any()


def test_the_table_has_its_rows(matrix, capsys) -> None:
    print_on_cpu(matrix, water_transmission(matrix.camera), argparse.Namespace(rounds=1, threads=1))
    printed = capsys.readouterr().out
    assert all(f"\n{name} " in printed for name in (SCIPY, PAIR, ONE, ALIKE, OWN))
