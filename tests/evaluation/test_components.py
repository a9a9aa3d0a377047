"""Effects of the network's components, of measures one can do in the head."""

from __future__ import annotations

from pathlib import Path

import pytest
from monai.bundle import ConfigParser

from custom.evaluation.components import COMPONENTS, component_effects
from custom.evaluation.measures import Measures
from custom.evaluation.methods import NETWORKS
from custom.evaluation.statistics import holm

OVERLAYS = Path(__file__).resolve().parents[2] / "bundle" / "configs" / "networks"
SETTING = {
    "dynamic convolution": "dynamic",
    "dense connection": "dense_connection",
    "IMBV loss": "imbv_weight",
    "CT": "image_keys",
}
# method: IMBV of gates ed and es of animals a, b and c; SSIM of all of them
IMBV = {
    "U-net": ([0.24, 0.20, 0.26, 0.22, 0.20, 0.16], 0.80),
    "Dy-U": ([0.22, 0.18, 0.22, 0.18, 0.14, 0.14], 0.85),
    "Dy-U-BV": ([0.21, 0.18, 0.20, 0.18, 0.16, 0.15], 0.85),
    "iterative Yang": ([0.20, 0.16, 0.20, 0.16, 0.16, 0.12], None),
}
GATES = [(animal, gate) for animal in "abc" for gate in ("ed", "es")]
ROWS = [
    Measures(
        study=f"{animal}_gate-{gate}", animal=animal, gate=gate, method=method, imbv=imbv,
        ssim=ssim, psnr_db=ssim, rmse=ssim,
    )
    for method, (values, ssim) in IMBV.items()
    for (animal, gate), imbv in zip(GATES, values, strict=True)
]  # fmt: skip


@pytest.mark.parametrize("component", COMPONENTS)
def test_networks_of_a_pair_differ_in_the_component_only(component: str) -> None:
    overlays = [ConfigParser.load_config_file(str(file)) for file in OVERLAYS.glob("*.yaml")]
    network = {overlay.pop("network_name"): overlay for overlay in overlays}
    assert set(NETWORKS) == {name for pairs in COMPONENTS.values() for pair in pairs for name in pair}
    for without, with_component in COMPONENTS[component]:
        without, with_component = network[without], network[with_component]
        assert [key for key in without if without[key] != with_component[key]] == [SETTING[component]]
        assert with_component[SETTING[component]] > without[SETTING[component]], "the second one has it"


def test_an_effect_by_hand() -> None:
    effects = component_effects(ROWS, by="animal")
    named = {(effect.component, effect.network_with, effect.measure): effect for effect in effects}
    assert {key[:2] for key in named} == {("dynamic convolution", "Dy-U"), ("IMBV loss", "Dy-U-BV")}
    dynamic = named["dynamic convolution", "Dy-U", "absolute_imbv_error"]
    assert dynamic.network_without == "U-net"
    assert dynamic.difference.n == 3  # errors 0.04, 0.06, 0.04 without, 0.02, 0.02, 0.02 with it
    assert dynamic.difference.mean_difference == pytest.approx(-(0.02 + 0.04 + 0.02) / 3)
    assert named["dynamic convolution", "Dy-U", "ssim"].difference.mean_difference == pytest.approx(0.05)


def test_all_effects_are_one_family() -> None:
    effects = component_effects(ROWS, by="animal")
    assert len(effects) == 2 * 4
    p_values = [effect.difference.p_t_test for effect in effects]
    assert None in p_values, "here image quality has no spread, which leaves nothing to test"
    assert [effect.p_holm for effect in effects] == holm(p_values)


def test_volumes_can_count_as_in_the_paper() -> None:
    assert {effect.difference.n for effect in component_effects(ROWS, by="study")} == {6}


def test_without_pairs_there_is_no_effect() -> None:
    assert component_effects([row for row in ROWS if row.method != "Dy-U"], by="animal") == []


def test_other_pairs_can_be_compared() -> None:
    effects = component_effects(ROWS, by="animal", components={"both": (("U-net", "Dy-U-BV"),)})
    assert {(effect.component, effect.network_with) for effect in effects} == {("both", "Dy-U-BV")}
