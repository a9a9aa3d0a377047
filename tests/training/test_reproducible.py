"""Epochs that depend on seed and epoch alone, and passes that hold every variant of every study once."""

from __future__ import annotations

from itertools import chain, count

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from ignite.engine import Engine
from monai.data import CacheDataset, DataLoader, DistributedSampler
from monai.transforms import Compose, Lambda, Lambdad, RandScaleIntensityd

from custom.data.augmentation import VARIANT
from custom.training.processes import share_of_batch
from custom.training.reproducible import AugmentedStudies, ReproducibleEpochs

N_STUDIES, N_VARIANTS = 6, 4


def studies_with(
    transform: Compose, n_studies: int = N_STUDIES, n_variants: int = N_VARIANTS, batch_size: int = 3, seed: int = 5
) -> AugmentedStudies:
    loaded = [{"image": torch.full((1, 2), float(n))} for n in range(n_studies)]
    return AugmentedStudies(loaded, transform, n_variants=n_variants, batch_size=batch_size, seed=seed)


def names_of(**sizes: int) -> AugmentedStudies:
    """Volumes that say which they are: (study, variant)."""
    return studies_with(Compose([Lambda(lambda study: (int(study["image"][0, 0]), study[VARIANT]))]), **sizes)


@pytest.fixture
def dataset() -> AugmentedStudies:
    """Volumes with the study before the decimal point, its variant as tenths, and what is drawn behind."""
    named = Lambda(lambda study: {"image": study["image"] + 0.1 * study[VARIANT] + 0.05})
    return studies_with(Compose([named, RandScaleIntensityd("image", factors=1e-3, prob=1.0)]))


def epoch_of(dataset: AugmentedStudies, epoch: int, n_workers: int = 0, n_processes: int = 1) -> list[list]:
    """The batches of an epoch, each those of all processes together."""
    dataset.epoch = epoch
    batches = []
    for rank in range(n_processes):
        loader = DataLoader(
            dataset,
            batch_size=share_of_batch(dataset.batch_size, n_processes),
            sampler=DistributedSampler(dataset, num_replicas=n_processes, rank=rank, shuffle=False),
            num_workers=n_workers,
            collate_fn=list,
        )
        batches.append(list(loader))
    return [list(chain(*zip(*step, strict=True))) for step in zip(*batches, strict=True)]  # processes take turns


def pass_of(dataset: AugmentedStudies, n_pass: int, n_processes: int = 1) -> list[tuple[int, int]]:
    """The volumes of a pass, from 0; epochs need not begin where passes do."""
    n_volumes = len(dataset.data) * dataset.n_variants
    stream: list[tuple[int, int]] = []
    for epoch in count(1):
        stream += chain(*epoch_of(dataset, epoch, n_processes=n_processes))
        if len(stream) >= (n_pass + 1) * n_volumes:
            return stream[n_pass * n_volumes : (n_pass + 1) * n_volumes]
    raise AssertionError


def values(batches: list[list[dict]]) -> list[list[float]]:
    return [[volume["image"][0, 0].item() for volume in batch] for batch in batches]


def test_thirty_studies_make_the_papers_1020_volumes_in_34_epochs() -> None:
    dataset = names_of(n_studies=30, n_variants=34, batch_size=6)
    epochs = [list(chain(*epoch_of(dataset, epoch))) for epoch in range(1, 35)]
    assert {len(epoch) for epoch in epochs} == {30}
    assert sorted(chain(*epochs)) == [(study, variant) for study in range(30) for variant in range(34)]


@settings(max_examples=40, deadline=None)
@given(
    n_studies=st.integers(1, 9),
    n_variants=st.integers(1, 7),
    share=st.integers(1, 4),
    n_processes=st.integers(1, 4),
    seed=st.integers(0, 2**32),
    n_pass=st.integers(0, 2),
)
def test_a_pass_holds_every_variant_of_every_study_once(
    n_studies: int, n_variants: int, share: int, n_processes: int, seed: int, n_pass: int
) -> None:
    sizes = {"n_studies": n_studies, "n_variants": n_variants, "batch_size": share * n_processes}
    volumes = pass_of(names_of(**sizes, seed=seed), n_pass, n_processes)
    assert sorted(volumes) == [(study, variant) for study in range(n_studies) for variant in range(n_variants)]


@given(n_studies=st.integers(1, 200), batch_size=st.integers(1, 60))
def test_an_epoch_is_as_many_volumes_as_studies_in_whole_batches(n_studies: int, batch_size: int) -> None:
    dataset = names_of(n_studies=n_studies, batch_size=batch_size)
    assert len(dataset) % batch_size == 0
    assert 0 <= len(dataset) - n_studies < batch_size


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_passes_and_seeds_have_orders_of_their_own(seed: int) -> None:
    """Two equal orders of 24 volumes have a chance of 1 in 24!."""
    first, second = (pass_of(names_of(seed=seed), n_pass) for n_pass in (0, 1))
    other = pass_of(names_of(seed=seed + 1), 0)
    assert first != second
    assert first != other
    assert first != sorted(first)


def test_an_epoch_repeats_whatever_was_drawn_before(dataset: AugmentedStudies) -> None:
    first = values(epoch_of(dataset, 3))
    torch.rand(7), epoch_of(dataset, 4)
    assert values(epoch_of(dataset, 3)) == first


def test_what_is_drawn_differs_between_epochs_volumes_and_seeds() -> None:
    drawn = Compose([RandScaleIntensityd("image", factors=0.5, prob=1.0), Lambdad("image", torch.Tensor.clone)])
    dataset = AugmentedStudies([{"image": torch.ones(1, 2)}], drawn, n_variants=1, batch_size=5, seed=5)
    third, fourth = (values(epoch_of(dataset, epoch)) for epoch in (3, 4))
    dataset.seed = 6
    scales = [*chain(*third), *chain(*fourth), *chain(*values(epoch_of(dataset, 3)))]
    assert len(set(scales)) == len(scales) == 15


def test_workers_change_nothing(dataset: AugmentedStudies) -> None:
    assert values(epoch_of(dataset, 2, n_workers=2)) == values(epoch_of(dataset, 2))


def test_processes_share_the_same_batches(dataset: AugmentedStudies) -> None:
    alone = values(epoch_of(dataset, 2))
    shared = values(epoch_of(dataset, 2, n_processes=3))
    assert shared == alone


def test_a_study_is_loaded_once_and_no_transform_changes_it_in_memory() -> None:
    loaded = []

    def load(number: int) -> torch.Tensor:
        loaded.append(number)
        return torch.full((1, 2), float(number))

    def negate(image: torch.Tensor) -> torch.Tensor:
        return image.neg_()

    files = [{"image": n} for n in range(1, 4)]
    cache = CacheDataset(files, Compose([Lambdad("image", load)]), num_workers=None, progress=False)
    dataset = AugmentedStudies(cache, Compose([Lambdad("image", negate)]), N_VARIANTS, batch_size=3, seed=5)
    images = [value for epoch in range(1, 9) for value in chain(*values(epoch_of(dataset, epoch)))]
    assert sorted(loaded) == [1, 2, 3]
    assert set(images) == {-1.0, -2.0, -3.0}


def test_an_epoch_ends(dataset: AugmentedStudies) -> None:
    assert len(list(dataset)) == len(dataset) == N_STUDIES
    with pytest.raises(IndexError):
        dataset[N_STUDIES]


def test_the_handler_names_the_epoch_before_its_first_volume(dataset: AugmentedStudies) -> None:
    seen = []
    engine = Engine(lambda engine, batch: seen.append((dataset.epoch, batch, torch.rand(1).item())))
    ReproducibleEpochs(dataset).attach(engine)
    engine.run([0, 1], max_epochs=2)
    assert [(epoch, batch) for epoch, batch, _ in seen] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    again = []
    engine = Engine(lambda engine, batch: again.append((dataset.epoch, batch, torch.rand(1).item())))
    ReproducibleEpochs(dataset).attach(engine)
    torch.rand(3)
    engine.run([0, 1], max_epochs=2)
    assert again == seen
