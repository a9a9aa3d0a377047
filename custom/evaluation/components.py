"""What each component of the network brings: networks that differ in nothing else, compared pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custom.evaluation.measures import Measures
from custom.evaluation.method_table import ABSOLUTE_IMBV_ERROR, Subject, method_table
from custom.evaluation.statistics import PairedComparison, compare_paired, holm

Components = Mapping[str, Sequence[tuple[str, str]]]  # networks without and with each component

COMPONENTS: Components = {
    "dynamic convolution": (("U-net", "Dy-U"), ("U-net-BV", "Dy-U-BV"), ("U-net-CT", "Dy-U-CT")),
    "dense connection": (("Dy-U-BV", "DC-Dy-U-BV"),),
    "IMBV loss": (("U-net", "U-net-BV"), ("Dy-U", "Dy-U-BV"), ("Dy-U-CT", "Dy-U-CT-BV")),
    "CT": (("U-net", "U-net-CT"), ("Dy-U", "Dy-U-CT"), ("Dy-U-BV", "Dy-U-CT-BV")),
}
MEASURES = (ABSOLUTE_IMBV_ERROR, "ssim", "psnr_db", "rmse")


@dataclass(frozen=True, kw_only=True)
class ComponentEffect:
    """Effect of a component on a measure: the network with it minus the network without it.

    `p_holm` is the probability of the paired t-test, corrected for all effects of all components on all measures; None
    where differences without any spread cannot give one.
    """

    component: str
    network_without: str
    network_with: str
    measure: str
    difference: PairedComparison
    p_holm: float | None


def component_effects(
    measures: Sequence[Measures], *, by: Subject, components: Components = COMPONENTS
) -> list[ComponentEffect]:
    """Compare networks with and without each component; pairs of which a network is absent are left out.

    Args:
        measures: one row per study and method.
        by: what counts as a subject, see `method_table`.
        components: pairs of networks, without and with each.

    Raises:
        BadInput: a network lacks a measure of a study.
    """
    present = {row.method for row in measures}
    pairs = [
        (component, *pair)
        for component, networks in components.items()
        for pair in networks
        if present.issuperset(pair)
    ]
    family = [(*pair, measure, _difference(measures, measure, by, *pair[1:])) for pair in pairs for measure in MEASURES]
    corrected = holm([difference.p_t_test for *_, difference in family])
    return [
        ComponentEffect(
            component=component,
            network_without=without,
            network_with=with_component,
            measure=measure,
            difference=difference,
            p_holm=p_holm,
        )
        for (component, without, with_component, measure, difference), p_holm in zip(family, corrected, strict=True)
    ]


def _difference(
    measures: Sequence[Measures], measure: str, by: Subject, without: str, with_component: str
) -> PairedComparison:
    table = method_table(measures, measure, by=by, methods=(without, with_component))
    return compare_paired(table.of(with_component), table.of(without))
