"""What all members of a comparison share, and the runs of the bundle that it makes of a member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from custom.training.bundle_run import BundleRun
from custom.training.members import Member


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How each member of a comparison is trained, and what is corrected with it.

    Args:
        output_dir: gets `<member>/<stage>` of each training and `corrected/<test set>/<member>`.
        configs_dir: with train.yaml, inference.yaml and networks/<network>.yaml.
        stages: settings of train.yaml for each stage, by its name; each begins from the best weights of the one before.
        training: settings of train.yaml for all stages.
        correction: settings of inference.yaml.
        test_sets: folders of the cohorts whose test animals are corrected, by the names of their results.
    """

    output_dir: str
    configs_dir: str
    stages: Mapping[str, Mapping[str, Any]]
    training: Mapping[str, Any]
    correction: Mapping[str, Any]
    test_sets: Mapping[str, str]

    def folder(self, *parts: str) -> Path:
        """Return where something stands among the results."""
        return Path(self.output_dir).absolute().joinpath(*parts)

    def weights(self, member: Member) -> Path:
        """Return the weights with which a member corrects: the best of its last stage."""
        return self.folder(member.name, list(self.stages)[-1], "model.pt")

    def trainings(self, member: Member) -> dict[str, BundleRun]:
        """Return the runs that train a member, stage by stage."""
        runs: dict[str, BundleRun] = {}
        begin: dict[str, str] = {}
        for stage, settings in self.stages.items():
            folder = self.folder(member.name, stage)
            own = {**member.settings, "seed": member.seed, **begin, "output_dir": str(folder)}
            runs[stage] = self._run("training", "train.yaml", member, {**self.training, **settings, **own})
            begin = {"weights": str(folder / "model.pt")}
        return runs

    def correction_of(self, member: Member, test_set: str) -> BundleRun:
        """Return the run that corrects a test set with a member, over what an earlier run left there."""
        files = {
            "input": str(Path(self.test_sets[test_set]).absolute()),
            "output_dir": str(self.folder("corrected", test_set, member.name)),
            "overwrite": True,
            "weights": str(self.weights(member)),
        }
        run = self._run("inference", "inference.yaml", member, {**self.correction, **files})
        own = {name: value for name, value in member.settings.items() if run.declares(name)}  # those of the network
        return replace(run, options={**own, **run.options})

    def _run(self, verb: str, config: str, member: Member, options: Mapping[str, Any]) -> BundleRun:
        configs = Path(self.configs_dir).absolute()
        overlay = configs / "networks" / f"{member.network}.yaml"
        return BundleRun(verb=verb, configs=(configs / config, overlay), options=options)
