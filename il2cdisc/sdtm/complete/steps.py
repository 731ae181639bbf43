"""The steps of complete: what each makes, which it comes after, and so their order.

A module of this folder with a `STEP` is a step; it is found by listing the folder. A new step is a new file
with a function of a domain (or of all domains) and its `STEP`; `spec check` asks the steps what they make.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from il2cdisc.base.dependencies import in_dependency_order
from il2cdisc.base.problems import did_you_mean
from il2cdisc.sdtm import complete
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.models import DatasetSpec, Spec
from il2cdisc.spec.supplements import collected_dates

SUPPLEMENTS = "SUPP--"


@dataclass(frozen=True)
class Step:
    """A step that makes variables of the rows of one domain, domain after domain.

    `makes`: variables, `--` for the domain's prefix, of every domain that the workbook lists them in;
    `qualifiers`: supplemental qualifiers. `after`: the steps that it comes after, because it uses what they
    make. `run` gets the domain and all domains, and gives the domain.
    """

    name: str
    run: Callable[[Domain, Tabulation], Domain]
    makes: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()

    def applied(self, study: Tabulation) -> Tabulation:
        return replace(study, domains={name: self.run(item, study) for name, item in study.domains.items()})


@dataclass(frozen=True)
class StudyStep:
    """A step over all domains at once; it comes after every `Step`.

    `datasets`: those that it makes whole (`SUPP--`: all supplemental ones); the rest is as in `Step`, `after`
    names other steps of this kind.
    """

    name: str
    run: Callable[[Tabulation], Tabulation]
    makes: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()

    def applied(self, study: Tabulation) -> Tabulation:
        return self.run(study)


AnyStep = TypeVar("AnyStep", Step, StudyStep)


@cache
def all_steps() -> tuple[Step | StudyStep, ...]:
    """Every step of the folder in the order in which they run: each after those that it names, then by name.

    Raises `ValueError` for a step that is there twice, that names one which is not there, or a circle.
    """
    found = list(_listed())
    rows = [step for step in found if isinstance(step, Step)]
    studies = [step for step in found if isinstance(step, StudyStep)]
    return (*_in_order(rows), *_in_order(studies))


def engine_makes(spec: Spec) -> dict[str, set[str]]:
    """Dataset → variables that the engine makes; under `SUPPxx` also the qualifiers (QNAM).

    A dataset that a step makes whole has all of its variables. Elsewhere those of the steps, those with an
    assigned value, and those without data.
    """
    made = {name: _variables(dataset) for name, dataset in spec.datasets.items()}
    for name in spec.datasets:
        if name.startswith("SUPP"):
            made[name] |= _qualifiers(spec, name.removeprefix("SUPP"))
    return {name: variables for name, variables in made.items() if variables}


def makes_whole(dataset: str) -> bool:
    """Whether a step makes a dataset whole: TA and RELREC, all SUPP--."""
    wanted = SUPPLEMENTS if dataset.startswith("SUPP") else dataset
    return any(isinstance(step, StudyStep) and wanted in step.datasets for step in all_steps())


def _variables(dataset: DatasetSpec) -> set[str]:
    if makes_whole(dataset.name):
        return set(dataset.names)
    made = {name.replace("--", dataset.name[:2]) for step in all_steps() for name in step.makes}
    made |= {row.name for row in dataset.variables if row.no_data or row.assigned_value}
    return made & set(dataset.names)


def _qualifiers(spec: Spec, parent: str) -> set[str]:
    steps = (step for step in all_steps() if isinstance(step, Step))
    made = {name for step in steps for name in step.qualifiers if name.startswith(parent[:2])}
    return made.union(collected_dates(spec.datasets[parent]) if parent in spec.datasets else ())


def _listed() -> Iterator[Step | StudyStep]:
    for item in pkgutil.iter_modules(complete.__path__, f"{complete.__name__}."):
        step = getattr(importlib.import_module(item.name), "STEP", None)
        if isinstance(step, Step | StudyStep):
            yield step


def _in_order(steps: Sequence[AnyStep]) -> list[AnyStep]:
    by_name = {step.name: step for step in steps}
    if len(by_name) < len(steps):
        raise ValueError(f"two steps have one name: {sorted(step.name for step in steps)}")
    for step in steps:
        for name in step.after:
            if name not in by_name:
                hint = did_you_mean(name, by_name)
                what = f"step {step.name} comes after {name}, which does not exist"
                raise ValueError(f"{what}. Did you mean {hint}?" if hint else what)
    ordered, circle = in_dependency_order({step.name: step.after for step in steps})
    if circle:
        raise ValueError(f"circular dependency between steps: {', '.join(circle)}")
    return [by_name[name] for name in ordered]
