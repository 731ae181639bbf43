"""Displays to Analysis Results Metadata 1.0: what each result is, of which records, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from il2cdisc.define.model import (
    AnalysisDataset,
    AnalysisResult,
    DocumentRef,
    Leaf,
    RangeCheck,
    ResultDisplay,
    Where,
)
from il2cdisc.spec.analysis_plan import ALL
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.models import PlannedAnalysis
from il2cdisc.spec.tlf import Display, DisplayAnalysis


@dataclass(frozen=True, slots=True)
class Described:
    """Analysis results of a package: displays, and the where-clauses and files that they refer to."""

    displays: tuple[ResultDisplay, ...] = ()
    wheres: tuple[Where, ...] = ()
    leaves: tuple[Leaf, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """What is known of analyses before a define.xml is made of them.

    `files`: display → the file that shows it, from the folder of the define.xml; `program`: name and version
    of what makes it.
    """

    displays: Sequence[Display] = ()
    planned: Sequence[PlannedAnalysis] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    program: str = ""


NO_ANALYSES = Catalogue()


def describe(catalogue: Catalogue, datasets: Iterable[str]) -> Described:
    """The displays with an analysis of `datasets` that states its reason and its purpose.

    An analysis without a purpose is not described: ARM 1.0 asks for the results that matter for the trial's
    conclusions, and requires both. A where-clause is that of the analysis; the population is a second
    dataset with a where-clause of its own.
    """
    known = set(datasets)
    plan = {(row.display, row.analysis): row for row in catalogue.planned}
    displays: list[ResultDisplay] = []
    wheres: dict[str, Where] = {}
    leaves: list[Leaf] = []
    for display in catalogue.displays:
        asked = [
            item
            for item in display.analyses
            if item.reason and item.purpose and {item.dataset, display.population_dataset} <= known
        ]
        if not asked:
            continue
        file = catalogue.files.get(display.id, "")
        if file:
            leaves.append(Leaf(f"LF.{display.id}", file, f"{display.full_number} {display.title}"))
        results = tuple(_result(display, item, plan, catalogue.program, wheres) for item in asked)
        documents = (DocumentRef(f"LF.{display.id}"),) if file else ()
        displays.append(
            ResultDisplay(f"RD.{display.id}", display.full_number, display.title, results, documents)
        )
    return Described(tuple(displays), tuple(wheres.values()), tuple(leaves))


def _result(
    display: Display,
    analysis: DisplayAnalysis,
    plan: Mapping[tuple[str, str], PlannedAnalysis],
    program: str,
    wheres: dict[str, Where],
) -> AnalysisResult:
    oid = f"{display.id}.{analysis.id}"
    parameters = [c for c in analysis.where if c.variable == "PARAMCD"]
    names = dict.fromkeys([item.name for item in analysis.variables])
    own = AnalysisDataset(
        f"IG.{analysis.dataset}",
        _where(f"WC.{oid}", analysis.dataset, analysis.where, wheres),
        tuple(f"IT.{analysis.dataset}.{name}" for name in names),
    )
    population = AnalysisDataset(
        f"IG.{display.population_dataset}",
        _where(f"WC.{oid}.POPULATION", display.population_dataset, display.population_where, wheres),
        (f"IT.{display.population_dataset}.{display.treatment}",) if display.treatment else (),
    )
    return AnalysisResult(
        oid=f"AR.{oid}",
        description=analysis.label or display.title,
        reason=analysis.reason,
        purpose=analysis.purpose,
        datasets=(own, population),
        parameter=f"IT.{analysis.dataset}.PARAMCD" if parameters else "",
        documentation=_documentation(display, analysis, plan),
        code=f"il2cdisc build {display.id} --out part" if program else "",
        context=program,
    )


def _where(oid: str, dataset: str, conditions: Sequence[Condition], wheres: dict[str, Where]) -> str:
    """The name of the where-clause, which is made; empty where all records are used."""
    if not conditions:
        return ""
    checks = tuple(RangeCheck(f"IT.{dataset}.{c.variable}", c.comparator, c.values) for c in conditions)
    wheres[oid] = Where(oid, checks)
    return oid


def _documentation(
    display: Display, analysis: DisplayAnalysis, plan: Mapping[tuple[str, str], PlannedAnalysis]
) -> str:
    """Method, options, population, and where the plan has the analysis."""
    row = plan.get((display.id, analysis.id)) or plan.get((display.id, ALL))
    parts = [f"Method: {analysis.method}."]
    if analysis.options:
        told = "; ".join(f"{name} = {value}" for name, value in analysis.options.items())
        parts.append(f"Options: {told}.")
    if display.population:
        parts.append(f"Population: {display.population.rstrip('.')}.")
    if row is not None and row.estimand:
        parts.append(f"Estimand: {row.estimand}{f', {row.role}' if row.role else ''}.")
    if row is not None and row.section:
        parts.append(f"Analysis plan: {row.section}.")
    return " ".join(parts)
