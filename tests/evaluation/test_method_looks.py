"""How methods look."""

from __future__ import annotations

from custom.evaluation.method_looks import REFERENCES, looks_of


def test_references_look_the_same_beside_any_networks() -> None:
    few, many = (
        looks_of(["no correction", *networks, "iterative Yang", "truth"]) for networks in (["a"], list("abcd"))
    )
    assert {name: few[name] for name in REFERENCES} == {name: many[name] for name in REFERENCES} == REFERENCES


def test_no_two_of_twenty_networks_look_alike_and_none_is_black() -> None:
    looks = looks_of([f"network {number}" for number in range(20)])
    assert len({(look.colour, look.line) for look in looks.values()}) == 20
    assert len({(look.colour, look.marker) for look in looks.values()}) == 20
    assert not {look.colour for look in looks.values()} & {"black", "tab:gray"}
