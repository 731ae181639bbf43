"""A part of a build: the plan of the named datasets and displays, with what they need and no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from il2cdisc.base.problems import Address, Kind, Severity, Stopped, did_you_mean
from il2cdisc.deliver.manifest import read_manifest
from il2cdisc.deliver.publish import is_ours
from il2cdisc.results.methods import all_methods
from il2cdisc.run.plan import Plan
from il2cdisc.spec.tlf import Display
from il2cdisc.study import Study

ELSEWHERE = Kind(
    "PRT001",
    "Part in the folder of a whole build",
    Severity.STOP,
    "Name a separate folder (il2cdisc build NAME --out FOLDER).",
)
UNKNOWN = Kind(
    "PRT002",
    "Unknown dataset or display",
    Severity.STOP,
    "Name datasets of the workbooks, or displays by their id.",
)
WHOLE_ALONE = Kind(
    "PRT003", "Option of a whole build only", Severity.STOP, "Build the whole trial, without names."
)
FROM_DM = ("DM", "SE")
"""What the engine takes study days, baselines and epochs from, for every dataset."""


def refuse_part(
    study: Study, names: Sequence[str], out: Path | None, *, core: bool, qc: bool = False
) -> None:
    """Raise `Stopped` where a part can't be built: into the outputs, over a whole build, with CORE, twins."""
    told = " ".join(names)
    if qc:
        raise Stopped([WHOLE_ALONE.at(told, "independent twins need the datasets of a whole build")])
    if core:
        raise Stopped([WHOLE_ALONE.at(told, "CDISC CORE checks a whole package, not a part")])
    outputs = study.shown(study.outputs)
    if out is None or out.resolve() == study.outputs.resolve():
        raise Stopped(
            [ELSEWHERE.at(told, f"a part cannot be written to {outputs}, which holds whole builds")]
        )
    if is_ours(out) and not (read_manifest(out) or {}).get("part"):
        raise Stopped([ELSEWHERE.at(str(out), "the folder holds a whole build, which a part would replace")])


def refuse_check(outputs: Path, shown: str) -> None:
    """Raise `Stopped` for a part: it was checked, as far as that makes sense, when it was built."""
    part = (read_manifest(outputs) or {}).get("part")
    if part:
        what = f"the folder holds a part of a build: {' '.join(part)}"
        fix = "See its checks/findings.txt; to check again, build the part again, or the whole trial."
        raise Stopped([WHOLE_ALONE.at(Address(file=shown), what, fix=fix)])


def part_of(plan: Plan, names: Iterable[str]) -> Plan:
    """The plan cut down to the named datasets and displays, in any case of letters, and what they need.

    `Plan.written` are the datasets to be written: those named, with their SUPP--. Raises `Stopped` with
    every unknown name.
    """
    displays = {display.id.upper(): display for display in plan.displays}
    datasets = [name for spec in plan.specs for name, item in spec.datasets.items() if not item.no_data]
    options = {**{name: name for name in datasets}, **{key: item.id for key, item in displays.items()}}
    asked = list(dict.fromkeys(name.upper() for name in names))
    unknown = [
        UNKNOWN.at(
            name,
            "there is no such dataset or display in the trial",
            hint=did_you_mean(name, options.values()),
        )
        for name in asked
        if name not in options
    ]
    if unknown:
        raise Stopped(unknown)
    named = [name.removeprefix("SUPP") for name in asked if name in datasets]
    drawn = with_others(plan.displays, asked)

    sources = {source.lower() for display in drawn for source in display.sources}
    adam = _closed([*sources, *(name.lower() for name in named)], plan.adam_needs)
    wanted = {*named, *(item.upper() for name in adam for item in plan.adam_needs[name])}
    wanted = {name.removeprefix("SUPP") for name in wanted}
    if "RELREC" in wanted:
        wanted |= {name for link in plan.links for name in link}
    makers = [plan.makers[name] for name in wanted if name in plan.makers]
    if makers:
        makers += [plan.makers[name] for name in FROM_DM if name in plan.makers]
    sdtm = _closed(makers, plan.sdtm_needs)
    return replace(
        plan,
        displays=drawn,
        sdtm_order=[name for name in plan.sdtm_order if name in sdtm],
        adam_order=[name for name in plan.adam_order if name in adam],
        links=plan.links if "RELREC" in wanted else (),
        forms=_forms(plan, sdtm),
        written=frozenset([*named, *(f"SUPP{name}" for name in named)]),
        named=tuple(options[name] for name in asked),
        findings=[],
    )


def with_others(displays: Sequence[Display], asked: Collection[str]) -> tuple[Display, ...]:
    """The displays named, in upper case, and those whose results their analyses take."""
    named = [display for display in displays if display.id.upper() in asked]
    methods = all_methods()
    pairs = ((methods.get(item.method), item) for display in named for item in display.analyses)
    others = {name for method, item in pairs if method is not None for name in method.others(item)}
    return tuple(display for display in displays if display in named or display.id in others)


def _closed(start: Iterable[str], needs: Mapping[str, Sequence[str]]) -> set[str]:
    """Functions, with those that they need, and so on; names that are no function are left out."""
    found: set[str] = set()
    waiting = [name for name in start if name in needs]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [item for item in needs[name] if item in needs]
    return found


def _forms(plan: Plan, functions: Iterable[str]) -> frozenset[str]:
    """Raw forms that the mappings take, and those that lead their records to subjects."""
    asked = (item for name in functions for item in plan.sdtm_needs[name])
    forms = {item.removeprefix("raw_") for item in asked if item.startswith("raw_")}
    chained = {other for form in forms for other in plan.study.chain(form)}
    return frozenset({*forms, *chained, plan.study.study.subjects})
