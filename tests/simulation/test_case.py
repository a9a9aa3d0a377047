from dataclasses import replace

import numpy as np
import pytest
import torch

from custom.projection.attenuation import transmission
from custom.reconstruction.regions import Region
from custom.simulation.acquisition import ANATOMY_REFINEMENT
from custom.simulation.case import finish_cases
from custom.simulation.imaging import image_animal
from custom.simulation.recipe import Recipe
from custom.simulation.registration import Registration


def simulate_cases(laboratory, ranges, recipe, *entropy):
    imaged = [image_animal(laboratory, ranges, recipe, seed=seed, animal=animal) for seed, animal in entropy]
    return finish_cases(laboratory, imaged, recipe, progress=False)


@pytest.fixture(scope="module", params=["red_blood_cells", "perfusion"])
def case(request, laboratory, ranges):
    recipe = Recipe(tracer=request.param, n_iterations=8, n_yang_iterations=2)
    return simulate_cases(laboratory, ranges, recipe, [3, 1])[0]


def test_both_gates_have_every_volume_and_the_same_attenuation(case) -> None:
    assert set(case.volumes) == {"ed", "es"}
    assert (case.volumes["ed"]["mu"] == case.volumes["es"]["mu"]).all()
    assert (case.volumes["ed"]["regions"] != case.volumes["es"]["regions"]).any()
    assert (case.volumes["ed"]["counts"] != case.volumes["es"]["counts"]).any()


def test_the_true_imbv_is_the_drawn_one(case) -> None:
    uptake = case.parameters["drawn"]["uptake"]
    for gate, drawn in (("ed", uptake["myocardium_end_diastole"]), ("es", uptake["myocardium_end_systole"])):
        imbv = case.parameters["gates"][gate]["imbv"]
        assert imbv["true"] == pytest.approx(drawn / uptake["blood"], rel=1e-4)


def test_averaging_and_blur_lower_the_contrast_of_wall_and_blood(case) -> None:
    for gate in case.parameters["gates"].values():
        imbv = gate["imbv"]
        if case.parameters["drawn"]["tracer"] == "red_blood_cells":
            assert imbv["true"] < imbv["true_in_voxels"] < imbv["mlem"]
        else:
            assert imbv["true"] > imbv["true_in_voxels"] > imbv["mlem"]


def test_correction_brings_image_and_imbv_nearer_to_the_truth(case) -> None:
    for name, gate in case.parameters["gates"].items():
        imbv = gate["imbv"]
        assert abs(imbv["iterative_yang"] - imbv["true_in_voxels"]) < abs(imbv["mlem"] - imbv["true_in_voxels"])
        assert heart_error(case.volumes[name], "label") < heart_error(case.volumes[name], "image")


def heart_error(volumes, kind) -> float:
    """Root mean squared error of the left ventricle."""
    inside = np.isin(volumes["regions"], (Region.MYOCARDIUM, Region.LEFT_VENTRICULAR_BLOOD))
    return float(np.sqrt(np.square(volumes[kind] - volumes["truth"])[inside].mean()))


def test_the_ct_on_the_spect_grid_is_the_mean_of_the_full_one(case) -> None:
    n = ANATOMY_REFINEMENT
    for volumes in case.volumes.values():
        block = volumes["full_ct"][n * 5 : n * 6, n * 7 : n * 8, n * 3 : n * 4]
        assert volumes["ct"][5, 7, 3] == pytest.approx(block.mean(), rel=1e-5)


def test_wrong_regions_harm_the_label_alone(laboratory, ranges) -> None:
    """What was measured, the image and the regions that measure it stay; iterative Yang is told something wrong."""
    right, wrong = (
        simulate_cases(
            laboratory, ranges, Recipe(n_iterations=8, n_yang_iterations=2, registration=registration), [3, 1]
        )[0]
        for registration in (Registration(), Registration(gate="other"))
    )
    for gate, volumes in right.volumes.items():
        for kind in ("image", "counts", "truth", "regions", "mu"):
            np.testing.assert_array_equal(volumes[kind], wrong.volumes[gate][kind])
        assert (volumes["ct"] != wrong.volumes[gate]["ct"]).any()
        assert heart_error(volumes, "label") < heart_error(wrong.volumes[gate], "label")


def test_truth_is_in_emitted_photons(case) -> None:
    """Photons in a voxel of pure blood: concentration · time · photons per decay · volume."""
    derived, uptake = case.parameters["derived"], case.parameters["drawn"]["uptake"]
    unit = derived["concentration_of_unit_activity_mbq_per_ml"] * 1e6 * derived["seconds_per_gate"] * 0.885
    brightest = uptake["blood"] if case.parameters["drawn"]["tracer"] == "red_blood_cells" else None
    for volumes in case.volumes.values():
        if brightest is not None:
            blood = volumes["truth"][np.isin(volumes["regions"], (Region.LEFT_VENTRICULAR_BLOOD, Region.OTHER_BLOOD))]
            assert blood.max() == pytest.approx(unit * brightest, rel=0.02)  # 1 ml voxels
        assert (volumes["truth"] >= 0).all()


def test_images_are_zero_outside_the_reconstructed_region(case, laboratory) -> None:
    outside = ~laboratory.camera.reconstructed_voxels()
    for volumes in case.volumes.values():
        for kind in ("image", "label"):
            assert not volumes[kind][outside].any()
            assert volumes[kind].max() > 0


def test_what_is_written_explains_the_counts(case, laboratory) -> None:
    """Truth, μ-map and scatter through the reconstruction's own matrix give each pinhole's counts: scales agree."""
    grid, calibration = laboratory.grid, case.parameters["drawn"]["scan"]["scatter_calibration"]
    for volumes in case.volumes.values():
        through = transmission(volumes["mu"], grid, laboratory.camera, grid)
        projector = laboratory.reconstruction.with_transmission(through)
        explained = projector.forward(torch.from_numpy(volumes["truth"])).numpy() + volumes["scatter"] / calibration
        np.testing.assert_allclose(explained.sum(axis=(1, 2)), volumes["counts"].sum(axis=(1, 2)), rtol=0.05)


def test_counts_are_noisy_draws_of_what_is_expected(case) -> None:
    for gate in case.parameters["gates"].values():
        expected = gate["counts"]["expected_primary"] + gate["counts"]["expected_scatter"]
        assert gate["counts"]["measured"] == pytest.approx(expected, abs=5 * np.sqrt(expected))
        assert gate["counts"]["measured"] != pytest.approx(expected, abs=1e-3)


def test_streams_of_random_numbers_are_separate(laboratory, ranges) -> None:
    """Another CT noise leaves anatomy and counts as they were."""
    ct = {
        name: replace(r, low=r.low + 1, high=r.high + 1) if name == "noise_hu" else r
        for name, r in ranges["ct"].items()
    }
    recipe = Recipe(n_iterations=1, n_yang_iterations=1)
    (first,) = simulate_cases(laboratory, ranges, recipe, [4, 1])
    (second,) = simulate_cases(laboratory, dict(ranges) | {"ct": ct}, recipe, [4, 1])
    for kind in ("regions", "truth", "counts"):
        assert (first.volumes["ed"][kind] == second.volumes["ed"][kind]).all()
    assert (first.volumes["ed"]["ct"] != second.volumes["ed"]["ct"]).any()


def test_an_animal_comes_out_the_same_to_the_bit_beside_others(laboratory, ranges) -> None:
    recipe, n_threads = Recipe(n_iterations=3, n_yang_iterations=1), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        (alone,) = simulate_cases(laboratory, ranges, recipe, [4, 2])
        _, beside = simulate_cases(laboratory, ranges, recipe, [4, 1], [4, 2])
    finally:
        torch.set_num_threads(n_threads)
    assert alone.parameters == beside.parameters
    for gate, volumes in alone.volumes.items():
        for kind, values in volumes.items():
            np.testing.assert_array_equal(values, beside.volumes[gate][kind])
